"""What the printed form of a ticket needs beyond its page: reports, the ledger in order, photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.enums import TicketAction
from dispatch.models import Assignment, Department, Ticket, TicketEvent, TicketReport
from dispatch.queries.access import Viewer, visible_tickets
from dispatch.queries.tickets import assignments_of, events_of, reports_of

MAX_SHEETS = 50
_RELATED = ("category__parent", "grid", "lead_department", "finished_by", "merged_into")
# A remark between colleagues is no part of a paper that leaves the house.
_NOT_PRINTED = frozenset({TicketAction.NOTE, TicketAction.UNMASK})


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One ticket with its rows, oldest first."""

    ticket: Ticket
    reports: Sequence[TicketReport]
    events: Sequence[TicketEvent]
    assignments: Sequence[Assignment]


def printable_tickets(viewer: Viewer, ids: Sequence[int]) -> list[Ticket]:
    """Return those of the tickets that ``viewer`` may read, in the order asked for."""
    found = visible_tickets(viewer).select_related(*_RELATED).in_bulk(list(ids)[:MAX_SHEETS])
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def sheet_rows(ticket: Ticket) -> SheetRows:
    """Read what one sheet shows; a fixed number of queries."""
    events = [row for row in reversed(events_of(ticket)) if row.action not in _NOT_PRINTED]
    return SheetRows(ticket, reports_of(ticket), events, assignments_of(ticket))


def issuer_name() -> str:
    """Return the name of the command room, which issues the form."""
    room = Department.objects.filter(is_command_room=True, is_active=True).first()
    return room.name if room else ""
