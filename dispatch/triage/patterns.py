"""Word patterns that operators write: plain text, with ``…`` for a gap of up to eight characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

GAP_MARK = "…"
GAP_CHARACTERS = 8
SENTENCE_ENDS = "。！？!?；;\n"
CLAUSE_ENDS = f"{SENTENCE_ENDS}，,"


@lru_cache(maxsize=8192)
def compile_pattern(term: str) -> re.Pattern[str]:
    """Turn a term into a regular expression; a gap never reaches across the end of a sentence."""
    gap = f"[^{re.escape(SENTENCE_ENDS)}]{{0,{GAP_CHARACTERS}}}?"
    return re.compile(gap.join(re.escape(part) for part in term.split(GAP_MARK) if part))


def find_spans(term: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every place where ``term`` stands; none for an empty term."""
    anchor = term.strip(GAP_MARK).split(GAP_MARK, 1)[0]
    if anchor and anchor in text:
        yield from (match.span() for match in compile_pattern(term).finditer(text))


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
