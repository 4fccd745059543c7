"""Word patterns that operators write: plain text with two signs.

``…`` stands for a gap of up to eight characters, ``/`` between words of which one must stand
(``电线/电缆…断了/掉下``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

GAP_MARK = "…"
OR_MARK = "/"
GAP_CHARACTERS = 8
SENTENCE_ENDS = "。！？!?；;\n"
CLAUSE_ENDS = f"{SENTENCE_ENDS}，,"


@lru_cache(maxsize=8192)
def compile_pattern(term: str) -> re.Pattern[str]:
    """Turn a term into a regular expression; a gap never reaches across the end of a sentence."""
    gap = f"[^{re.escape(SENTENCE_ENDS)}]{{0,{GAP_CHARACTERS}}}?"
    return re.compile(gap.join(_one_of(part) for part in term.split(GAP_MARK) if part))


def _one_of(part: str) -> str:
    words = _words(part)
    return re.escape(words[0]) if len(words) == 1 else f"(?:{'|'.join(map(re.escape, words))})"


def _words(part: str) -> list[str]:
    return [word for word in part.split(OR_MARK) if word] or [part]


@lru_cache(maxsize=8192)
def _anchors(term: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each part: one of every part must stand before the pattern is tried."""
    return tuple(tuple(_words(part)) for part in term.split(GAP_MARK) if part)


def _may_stand(term: str, text: str) -> bool:
    parts = _anchors(term)
    return bool(parts) and all(any(word in text for word in words) for words in parts)


def find_spans(term: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every place where ``term`` stands; none for an empty term."""
    if _may_stand(term, text):
        yield from (match.span() for match in compile_pattern(term).finditer(text))


def tail_length(term: str, found: str) -> int:
    """Return how long the part after the last gap is in ``found``, 0 for a term without a gap."""
    if GAP_MARK not in term.strip(GAP_MARK):
        return 0
    last = _words(term.strip(GAP_MARK).rsplit(GAP_MARK, 1)[1])
    return max((len(word) for word in last if found.endswith(word)), default=0)


def occurs(term: str, text: str) -> bool:
    """Whether ``term`` stands anywhere in ``text``."""
    return next(find_spans(term, text), None) is not None


def clause_around(text: str, start: int, end: int) -> str:
    """Return the clause (comma to comma) or clauses that the span touches."""
    left = max(text.rfind(mark, 0, start) for mark in CLAUSE_ENDS) + 1
    right = min(
        (at for mark in CLAUSE_ENDS if (at := text.find(mark, end)) >= 0), default=len(text)
    )
    return text[left:right]
