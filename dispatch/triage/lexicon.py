"""The keyword lexicon: words speak for categories, the longest word at a place speaks alone.

"煤气费" silences the "煤气" inside it, "建筑垃圾" the "垃圾"; "路灯…不亮" allows a few characters
between its parts. A category's score is the sum of its
words' weights, the strongest counting full and each further one less, minus what speaks against it.
Confidence is a softmax over the scores, damped when there is little evidence in all.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.triage.candidate import Candidate
from dispatch.triage.patterns import GAP_MARK, find_spans

FURTHER_WORD = 0.7
"""What each further word of a category counts, relative to the one before it."""
TEMPERATURE = 1.2
ENOUGH_EVIDENCE = 2.2
"""A score at which 63 % of the confidence is granted."""
CHOSEN_WEIGHT = 3.0
OPENING_CHARACTERS = 60
"""A letter says in its first words what it is about; what comes later counts half."""
LATER_FACTOR = 0.5
MAX_CANDIDATES = 5
MAX_WORDS = 8
CHOSEN_WORD = "居民所选"
CONFIDENT = 0.6
MARGIN = 0.15
"""A softmax over points is no probability: two categories nearly as likely are for a person to decide."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the lexicon."""

    code: str
    term: str
    weight: float


class _Hit(NamedTuple):
    start: int
    end: int
    term: str


class Lexicon:
    """An immutable index over the entries; build it anew when a row changes."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_term: dict[str, list[Entry]] = defaultdict(list)
        digest = hashlib.sha256()
        for entry in sorted(entries, key=lambda row: (row.code, row.term)):
            if entry.term:
                self._by_term[entry.term].append(entry)
                digest.update(f"{entry.code}|{entry.term}|{entry.weight}\n".encode())
        lengths: dict[str, set[int]] = defaultdict(set)
        for term in self._by_term:
            lengths[term[:1]].add(len(term))
        self._lengths = {head: tuple(sorted(found)) for head, found in lengths.items()}
        """By first character, the lengths of the terms that begin with it."""
        self._gapped = [
            (term.strip(GAP_MARK).split(GAP_MARK, 1)[0], term)
            for term in self._by_term
            if GAP_MARK in term
        ]
        self._version = f"lexicon-{digest.hexdigest()[:10]}"

    @property
    def version(self) -> str:
        """Change with any word or weight."""
        return self._version

    def threshold(self, code: str) -> float:  # noqa: ARG002 - one for all: words have no record of hits
        """Return the confidence from which a category may be dispatched unasked."""
        return CONFIDENT

    def stands_out(self, candidates: Sequence[Candidate]) -> bool:
        """Whether the best is far enough ahead of the second."""
        second = candidates[1].confidence if len(candidates) > 1 else 0.0
        return candidates[0].confidence - second >= MARGIN

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:
        """Rank the categories; see :class:`dispatch.triage.classifier.Classifier`."""
        found = self.weigh(text, hints=hints, chosen=chosen)
        scores = {code: total_points(weights) for code, weights in found.items()}
        positive = {code: score for code, score in scores.items() if score > 0}
        if not positive:
            return ()
        top = max(positive.values())
        shares = {code: math.exp((score - top) / TEMPERATURE) for code, score in positive.items()}
        total = sum(shares.values())
        granted = 1.0 - math.exp(-top / ENOUGH_EVIDENCE)
        ranked = sorted(positive, key=lambda code: (-positive[code], code))[:MAX_CANDIDATES]
        return tuple(
            Candidate(
                code=code,
                score=round(positive[code], 3),
                confidence=round(granted * shares[code] / total, 4),
                words=tuple(term for _, term in speaking),
                weights=tuple(round(weight, 2) for weight, _ in speaking),
            )
            for code in ranked
            for speaking in (_decisive(found[code]),)
        )

    def weigh(
        self, text: str, *, hints: tuple[str, ...] = (), chosen: str = ""
    ) -> dict[str, list[tuple[float, str]]]:
        """Return by category code what speaks for it and against it: (points, word)."""
        found = self._weights_by_category(text, hints)
        if chosen:
            found[chosen].append((CHOSEN_WEIGHT, CHOSEN_WORD))
        return found

    def _weights_by_category(
        self, text: str, hints: tuple[str, ...]
    ) -> dict[str, list[tuple[float, str]]]:
        first: dict[str, int] = {}
        for hit in longest_hits(self._scan(text)):
            first[hit.term] = min(first.get(hit.term, hit.start), hit.start)
        # A pattern with a gap spans words that are not its own, so it neither silences nor is silenced.
        for anchor, term in self._gapped:
            span = next(find_spans(term, text), None) if anchor in text else None
            if span is not None:
                first[term] = span[0]
        first.update(dict.fromkeys(hints, 0))
        found: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for term, start in first.items():
            factor = 1.0 if start < OPENING_CHARACTERS else LATER_FACTOR
            for entry in self._by_term.get(term, ()):
                found[entry.code].append((entry.weight * factor, term))
        return found

    def _scan(self, text: str) -> list[_Hit]:
        """Return every occurrence of every term."""
        return [
            _Hit(start, start + size, term)
            for start, head in enumerate(text)
            for size in self._lengths.get(head, ())
            if (term := text[start : start + size]) in self._by_term and len(term) == size
        ]


def longest_hits(hits: Iterable[_Hit]) -> list[_Hit]:
    """Drop each hit that lies wholly inside a longer one."""
    kept: list[_Hit] = []
    reach = -1
    for hit in sorted(hits, key=lambda row: (row.start, -row.end)):
        if hit.end > reach:
            kept.append(hit)
            reach = hit.end
    return kept


def total_points(weights: list[tuple[float, str]]) -> float:
    """Sum the words for a category with falling factors, and all of those against it."""
    speaking = sorted((weight for weight, _ in weights if weight > 0), reverse=True)
    against = sum(weight for weight, _ in weights if weight < 0)
    return sum(weight * FURTHER_WORD**rank for rank, weight in enumerate(speaking)) + against


def _decisive(weights: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return what spoke for a category, strongest first."""
    speaking = sorted((row for row in weights if row[0] > 0), key=lambda row: (-row[0], row[1]))
    return speaking[:MAX_WORDS]
