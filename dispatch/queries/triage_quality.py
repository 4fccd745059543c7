"""What triage decided in a span of time, and what became of it: plain rows for ``dispatch.summary.quality``.

Three reads whatever the number of tickets: runs by their moment (indexed), the moves of their tickets
by ticket (indexed), the names of categories. Both lists are bounded by ``MAX_RUNS`` tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket, TicketEvent, TriageRun
from dispatch.queries.access import Viewer, visible_tickets
from dispatch.queries.classifiers import triage_settings
from dispatch.queries.triage_runs import ATTACHED
from reports.models import Category

MAX_RUNS = 50_000
"""The latest so many are counted; a township has some 25,000 in twelve weeks."""

MOVES = (
    Act.DISPATCH,
    Act.RETURN,
    Act.ACCEPT,
    Act.FINISH,
    Act.REPLY,
    Act.REJECT,
    Act.ESCALATE,
)


class Opening(NamedTuple):
    """The run that opened a ticket: codes are those of its two best candidates, "" for none."""

    pk: int
    ticket_id: int
    at: datetime
    decision: str
    version: str
    first: str
    second: str


class Move(NamedTuple):
    """A step of a ticket that says whether triage had been right."""

    ticket_id: int
    action: str
    role: str
    category: str
    department_id: int | None
    pressed: int


def target_accuracy() -> float:
    """Return what automatic dispatch must reach, 0–1."""
    return triage_settings().accuracy


def openings_since(since: datetime, *, most: int = MAX_RUNS) -> list[Opening]:
    """Return the runs that opened a ticket at or after ``since``, latest first, at most ``most``."""
    rows = (
        TriageRun.objects.filter(at__gte=since)
        .exclude(decision=ATTACHED)
        .order_by("-at", "-pk")
        .values_list(
            "pk",
            "ticket_id",
            "at",
            "decision",
            "model_version",
            "candidates__0__category",
            "candidates__1__category",
        )[:most]
    )
    return [Opening(*row[:5], str(row[5] or ""), str(row[6] or "")) for row in rows]


def moves_between(first_ticket: int, last_ticket: int) -> list[Move]:
    """Return the moves of the tickets between two ids (both included), in the order they were made."""
    rows = (
        TicketEvent.objects.filter(
            ticket_id__gte=first_ticket, ticket_id__lte=last_ticket, action__in=MOVES
        )
        .order_by("ticket_id", "seq")
        .values_list(
            "ticket_id",
            "action",
            "role",
            "category__code",
            "lead_department_id",
            "data__triage__pressed",
        )
    )
    return [
        Move(*row[:3], row[3] or "", row[4], row[5] if isinstance(row[5], int) else 0)
        for row in rows
    ]


def category_names() -> dict[str, str]:
    """Return the name of every category by code."""
    return dict(Category.objects.values_list("code", "name"))


def tickets_by_id(viewer: Viewer, pks: Sequence[int]) -> dict[int, Ticket]:
    """Return the tickets that ``viewer`` may read, with what a list names of them."""
    rows = visible_tickets(viewer).filter(pk__in=pks).select_related("category", "lead_department")
    return {row.pk: row for row in rows}
