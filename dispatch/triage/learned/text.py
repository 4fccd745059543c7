"""From a message to counted characters and pairs of neighbouring characters.

Digits, single Latin letters (masked place names, door numbers) and punctuation say nothing about the
category and would only be learned by heart; a Latin word such as "ktv" counts as one unit.
"""

from __future__ import annotations

import re
import unicodedata

TITLE_WEIGHT = 4
"""The title, or the first sentence, says what a letter is about: each of its characters counts so often."""
TITLE_CHARACTERS = 60
READ_CHARACTERS = 3000
OPENING_CHARACTERS = 60

_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z]{2,}")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")


def split_title(text: str) -> tuple[str, str]:
    """Return (title, rest): the first line, or the first sentence of a long one."""
    text = text.strip()
    line = text.split("\n", 1)[0]
    if len(line) <= TITLE_CHARACTERS and len(line) < len(text):
        return line, text[len(line) :]
    end = _SENTENCE_END.search(text)
    cut = min(end.end() if end else len(text), TITLE_CHARACTERS)
    return text[:cut], text[cut:]


def runs_of(text: str) -> list[str]:
    """Return the stretches of Chinese characters and the Latin words, normalised (NFKC, lower case)."""
    return _RUNS.findall(unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).lower())


def grams_of(run: str) -> list[str]:
    """Return the characters and the pairs of a stretch; a Latin word is one gram."""
    if run[0] <= "z":
        return [run]
    return [*run, *map(str.__add__, run, run[1:])]


def count_grams(text: str) -> dict[str, float]:
    """Count the grams of a message, those of its title ``TITLE_WEIGHT`` times."""
    title, rest = split_title(text)
    counts: dict[str, float] = {}
    for part, weight in ((title, TITLE_WEIGHT), (rest, 1)):
        for run in runs_of(part):
            for gram in grams_of(run):
                counts[gram] = counts.get(gram, 0) + weight
    return counts
