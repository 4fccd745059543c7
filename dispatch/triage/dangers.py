"""Danger words: each raises the urgency, unless its own clause says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from dispatch.domain.seeding import DATA, danger_terms
from dispatch.models import DangerTerm
from dispatch.triage.clauses import find_doubt, place_of
from dispatch.triage.patterns import find_spans, tail_length
from reports.domain.seeding import read_data
from reports.enums import Urgency


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger word; any of ``unless`` in the same clause takes it back ("网线断了" is no live wire).

    ``hazard`` is a code of ``dispatch.enums.Hazard`` or ""; ``said`` what stood in the text.
    """

    term: str
    urgency: Urgency
    unless: tuple[str, ...] = ()
    hazard: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A danger word that did not count, or counted less, and why (Chinese)."""

    term: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class DangerReading:
    """``standing`` are the dangers that count, most urgent first; ``taken_back`` the others."""

    standing: tuple[Danger, ...]
    taken_back: tuple[TakenBack, ...]


def read_dangers(text: str, dangers: Iterable[Danger]) -> DangerReading:
    """Weigh every danger word of ``text`` by the clause it stands in."""
    standing: list[Danger] = []
    taken_back: list[TakenBack] = []
    for danger in dangers:
        best, back = _weigh(danger, text)
        if best is not None:
            standing.append(best)
        if back is not None and (best is None or best.urgency != danger.urgency):
            taken_back.append(back)
    standing.sort(key=lambda danger: danger.urgency)
    return DangerReading(tuple(standing), tuple(taken_back))


def find_dangers(text: str, dangers: Iterable[Danger]) -> list[Danger]:
    """Return the dangers that stand in ``text``, most urgent first."""
    return list(read_dangers(text, dangers).standing)


def _weigh(danger: Danger, text: str) -> tuple[Danger | None, TakenBack | None]:
    """Return the danger at the level of its worst occurrence, and why an occurrence counts less."""
    best: Danger | None = None
    back: TakenBack | None = None
    for start, end in find_spans(danger.term, text):
        said = text[start:end]
        place = place_of(text, start, end, tail=tail_length(danger.term, said))
        found = next((word for word in danger.unless if word in place.clause), "")
        if found:
            back = TakenBack(danger.term, said, f"同句有“{found}”")
            continue
        doubt = find_doubt(place)
        if doubt is None:
            return replace(danger, said=said), back
        back = TakenBack(danger.term, said, doubt.name)
        lowered = lower(danger.urgency)
        if doubt.lowers and lowered < Urgency.P2:
            best = replace(danger, urgency=lowered, said=said)
    return best, back


def lower(urgency: Urgency) -> Urgency:
    """Return the level one step less urgent."""
    levels = list(Urgency)
    return levels[min(levels.index(urgency) + 1, len(levels) - 1)]


def danger_of(row: DangerTerm) -> Danger:
    """Return the word as triage uses it."""
    return Danger(row.term, Urgency(row.urgency), tuple(row.unless), row.hazard)


@lru_cache(maxsize=1)
def shipped_dangers() -> tuple[Danger, ...]:
    """Return the words of ``dispatch/data/danger.json``, for tests and the bench."""
    rows = danger_terms(read_data("danger.json", shipped=DATA, folder=None))
    return tuple(danger_of(row) for row in rows)
