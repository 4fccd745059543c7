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
    due_before: datetime | None = None


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
    "due_before",
)
"""Columns of ``TicketEvent`` that make a :class:`Line`, in its order (what is the ticket's never changes)."""

# The earlier lines a metric may ask for, besides the one just before and those that changed the state.
MILESTONES = (
    Act.DISPATCH,
    Act.ACCEPT,
    Act.REWORK,
    Act.FINISH,
    Act.REPLY,
    Act.REPORT_BACK,
    Act.REOPEN,
    Act.GRANT_EXTENSION,
    Act.GRANT_SUSPENSION,
    Act.RATE_JOINED,
)


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger says of the ticket before a line.

    ``previous`` is the line just before, ``milestones`` the latest of each, ``first_dispatch`` the very
    first, ``entrance`` the line by which the ticket came into the state it stands in.
    """

    previous: Line | None = None
    milestones: Mapping[str, Line] = field(default_factory=dict)
    first_dispatch: Line | None = None
    entrance: Line | None = None

    @property
    def entered(self) -> datetime | None:
        """When the ticket came into the state it stands in."""
        return self.entrance.at if self.entrance else None

    def latest(self, *actions: Act) -> Line | None:
        """Return the last earlier line with one of ``actions``; a lead's mere word is no reply."""
        found = [self.milestones[action] for action in actions if action in self.milestones]
        return max(found, key=lambda line: line.seq, default=None)

    def then(self, line: Line) -> Past:
        """Return the past of what comes after ``line``."""
        milestones = self.milestones
        if line.action in MILESTONES and (line.action != Act.REPLY or "on_time" in line.data):
            milestones = {**milestones, line.action: line}
        first = self.first_dispatch or (line if line.action == Act.DISPATCH else None)
        entrance = self.entrance if line.from_status == line.to_status else line
        return Past(line, milestones, first, entrance)


def with_past(lines: Iterable[Line]) -> Iterator[tuple[Line, Past]]:
    """Pair each line with its past.

    ``lines`` come ordered by ticket and seq; gaps leave no trace as long as milestones, changes of
    state and the line before each wanted line are there.
    """
    for _ticket, group in groupby(lines, key=lambda line: line.ticket_id):
        past = Past()
        for line in group:
            yield line, past
            past = past.then(line)


def local_day(moment: datetime) -> date:
    """Return the township's date of an aware moment."""
    return timezone.localdate(moment, timezone=timezone.get_default_timezone())
