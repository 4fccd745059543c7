"""Which words of the message decided: what its characters and pairs weighed, put together into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dispatch.triage.learned.text import grams_of, runs_of
from dispatch.triage.learned.words import Cutter

MAX_WORDS = 8
READ_CHARACTERS = 400
SMALLEST_SHARE = 0.08
SMALLEST = 0.05
"""A word that weighed less than this share of the strongest, or these log-odds, is noise to a reader."""


class Wording:
    """Cuts a message into words once, and weighs them for as many categories as asked."""

    def __init__(self, text: str, cutter: Cutter) -> None:
        occurrences: Counter[str] = Counter()
        words: Counter[str] = Counter()
        for run in runs_of(text[:READ_CHARACTERS]):
            occurrences.update(grams_of(run))
            parts = [run] if run[0] <= "z" else cutter.cut(run)
            words.update(part for part in parts if len(part) > 1)
        self._words = {
            word: [(gram, count / occurrences[gram]) for gram in grams_of(word)]
            for word, count in words.items()
        }
        """By word, its grams and which share of all their occurrences lies in it."""
        self._text = text

    def weigh(
        self, grams: Mapping[str, float], terms: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return (word, weight), strongest first.

        ``grams`` is what each character and pair weighed in all, ``terms`` what the lexicon's words
        did; both as log-odds. Words that speak against are left out.
        """
        found: dict[str, float] = dict(terms)
        for word, shares in self._words.items():
            weight = 0.0
            for gram, share in shares:
                weight += grams.get(gram, 0.0) * share
            if weight > 0:
                found[word] = found.get(word, 0.0) + weight
        return self._chosen(found)

    def _chosen(self, found: Mapping[str, float]) -> list[tuple[str, float]]:
        """Keep the strongest; of a word and a part of it only the stronger."""
        ranked = sorted(found.items(), key=lambda row: (-row[1], row[0]))
        least = max(ranked[0][1] * SMALLEST_SHARE, SMALLEST) if ranked else 0.0
        kept: list[tuple[str, float]] = []
        for word, weight in ranked:
            if weight < least or len(kept) == MAX_WORDS:
                break
            if not any(word in other or other in word for other, _ in kept):
                kept.append((word, weight))
        return [(self._as_written(word), round(weight, 3)) for word, weight in kept]

    def _as_written(self, word: str) -> str:
        """Return the word in the writer's capitals."""
        at = self._text.lower().find(word)
        written = self._text[at : at + len(word)] if at >= 0 else word
        return written if written.lower() == word else word
