"""What a classifier answers with. Apart from the context, so that learning needs no database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category the text may be about; ``confidence`` is calibrated, 0–1.

    ``words`` are those that spoke for it, strongest first, at most eight; ``weights`` one number per
    word in the same order (log-odds against the runner-up, or lexicon points), or empty.
    """

    code: str
    score: float
    confidence: float
    words: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
