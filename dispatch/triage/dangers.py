"""Danger words: each raises the urgency, unless its own clause says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.triage.patterns import clause_around, find_spans
from reports.enums import Urgency


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger word; any of ``unless`` in the same clause takes it back ("网线断了" is no live wire)."""

    term: str
    urgency: Urgency
    unless: tuple[str, ...] = ()


def find_dangers(text: str, dangers: Iterable[Danger]) -> list[Danger]:
    """Return the dangers that stand in ``text`` and are not taken back, most urgent first."""
    found = [danger for danger in dangers if _stands(danger, text)]
    return sorted(found, key=lambda danger: danger.urgency)


def _stands(danger: Danger, text: str) -> bool:
    for start, end in find_spans(danger.term, text):
        clause = clause_around(text, start, end)
        if not any(word in clause for word in danger.unless):
            return True
    return False
