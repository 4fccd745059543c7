"""The ledger as the summary reads it: lines, each with what happened to its ticket before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.utils import timezone

from dispatch.enums import TicketAction as Act


class Line(NamedTuple):
    """One event as the summary needs it; the names are those of ``LINE_FIELDS``."""

    pk: int
    ticket_id: int
    seq: int
    at: datetime
    role: str
    action: str
    from_status: str
    to_status: str
    category_id: int | None
    department_id: int | None
    grid_id: int | None
    data: dict[str, Any]
    opened_at: datetime
    parent_id: int | None = None


LINE_FIELDS = (
    "pk",
    "ticket_id",
    "seq",
    "at",
    "role",
    "action",
    "from_status",
    "to_status",
    "category_id",
    "lead_department_id",
    "grid_id",
    "data",
    "ticket__opened_at",
    "ticket__parent_id",
)
"""Columns of ``TicketEvent`` that make a :class:`Line`, in its order (what is the ticket's never changes)."""

# The earlier lines a metric may ask for, besides the one just before.
MILESTONES = (Act.DISPATCH, Act.ACCEPT, Act.REWORK, Act.FINISH, Act.REPLY, Act.REPORT_BACK)


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger says of the ticket before a line: the line before, the latest milestones."""

    previous: Line | None = None
    milestones: Mapping[str, Line] = field(default_factory=dict)

    def latest(self, *actions: Act) -> Line | None:
        """Return the last earlier line with one of ``actions``."""
        found = [self.milestones[action] for action in actions if action in self.milestones]
        return max(found, key=lambda line: line.seq, default=None)


def with_past(lines: Iterable[Line]) -> Iterator[tuple[Line, Past]]:
    """Pair each line with its past.

    ``lines`` come ordered by ticket and seq; gaps leave no trace as long as milestones and the line
    before each wanted line are there.
    """
    for _ticket, group in groupby(lines, key=lambda line: line.ticket_id):
        past = Past()
        for line in group:
            yield line, past
            milestones = past.milestones
            if line.action in MILESTONES:
                milestones = {**milestones, line.action: line}
            past = Past(line, milestones)


def local_day(moment: datetime) -> date:
    """Return the township's date of an aware moment."""
    return timezone.localdate(moment, timezone=timezone.get_default_timezone())
