"""The triage desk's list: danger first, then by deadline, in keyset pages; and which case is next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from dispatch.enums import TicketStatus
from dispatch.models import Ticket, TicketClaim
from dispatch.queries.access import Viewer, current_tickets
from reports.enums import PublicStatus, Urgency
from reports.models import Report
from xiangcun.lib.geo import bounding_box

PAGE = 30
MOST_ROWS = 300
"""A refresh of the open list reads at most this many rows; further ones are paged in again."""
HISTORY = timedelta(days=365)
SAME_PLACE_M = 300.0
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list: danger or not, its deadline, its id."""

    danger: bool
    due: datetime
    pk: int

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return the place of ``ticket``; without a deadline it stands where it was opened."""
        due = ticket.next_due_at or ticket.opened_at
        return cls(ticket.urgency == Urgency.P0, due, ticket.pk)

    def as_text(self) -> str:
        """Return the place as it stands in an address."""
        return f"{int(self.danger)}_{self.due.timestamp():.6f}_{self.pk}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Read a place from an address; anything else is ``None`` (the beginning)."""
        parts = text[:60].split("_")
        try:
            danger, seconds, pk = parts if len(parts) == _PARTS else ("", "", "")
            due = datetime.fromtimestamp(float(seconds), tz=UTC)
            return cls(danger == "1", due, min(int(pk), 2**62))
        except (ValueError, OverflowError, OSError):
            return None


def desk_tickets(viewer: Viewer, *, after: Place | None, limit: int = PAGE) -> list[Ticket]:
    """Return the cases behind ``after`` in the desk's order (at most two queries, no count)."""
    waiting = current_tickets(viewer).filter(status=TicketStatus.ASSESSING)
    waiting = waiting.select_related("category", "grid").order_by("next_due_at", "pk")
    rows: list[Ticket] = []
    if after is None or after.danger:
        rows = list(_behind(waiting.filter(urgency=Urgency.P0), after)[:limit])
        after = None
    if len(rows) < limit:
        rest = _behind(waiting.exclude(urgency=Urgency.P0), after)
        rows += rest[: limit - len(rows)]
    return rows


def _behind(rows: QuerySet[Ticket], after: Place | None) -> QuerySet[Ticket]:
    if after is None:
        return rows
    tied = Q(next_due_at=after.due, pk__gt=after.pk)
    return rows.filter(next_due_at__gte=after.due).filter(Q(next_due_at__gt=after.due) | tied)


def next_case(viewer: Viewer, *, staff_id: int, after: Place | None, now: datetime) -> int | None:
    """Return the case to work on next: danger, else the one behind ``after``, else the first left.

    What somebody else has open is skipped, and so is the case at ``after`` itself.
    """
    others = TicketClaim.objects.filter(ticket=OuterRef("pk"), expires_at__gt=now)
    free = (
        current_tickets(viewer)
        .filter(status=TicketStatus.ASSESSING)
        .exclude(Exists(others.exclude(staff=staff_id)))
        .exclude(pk=after.pk if after else 0)
        .order_by("next_due_at", "pk")
    )
    danger = free.filter(urgency=Urgency.P0).values_list("pk", flat=True).first()
    if danger is not None:
        return danger
    behind = None
    if after is not None and not after.danger:
        behind = _behind(free, after).values_list("pk", flat=True).first()
    return behind or free.values_list("pk", flat=True).first()


def claims_of(ticket_ids: Iterable[int], *, now: datetime) -> dict[int, TicketClaim]:
    """Return the claims that hold now, by ticket."""
    rows = TicketClaim.objects.filter(ticket__in=list(ticket_ids), expires_at__gt=now)
    return {row.ticket_id: row for row in rows.select_related("staff")}


@dataclass(frozen=True, slots=True)
class History:
    """What else a resident has reported in 12 months: counts, never who they are."""

    total: int = 0
    closed: int = 0
    rejected: int = 0
    repeated: int = 0


def history_of(report: Report, *, now: datetime) -> History:
    """Count the resident's other reports; an anonymous report has none and is in none (one query).

    ``repeated`` are those from the same place (within ``SAME_PLACE_M``).
    """
    if report.anonymous or report.resident_id is None:
        return History()
    box = bounding_box(report.lat, report.lng, SAME_PLACE_M)
    near = Q(lat__range=(box.south, box.north), lng__range=(box.west, box.east))
    named = Report.objects.filter(resident=report.resident_id, anonymous=False)
    rows = named.filter(submitted_at__gte=now - HISTORY)
    found = rows.exclude(pk=report.pk).aggregate(
        total=Count("pk"),
        closed=Count("pk", filter=Q(public_status=PublicStatus.CLOSED)),
        rejected=Count("pk", filter=Q(public_status=PublicStatus.REJECTED)),
        repeated=Count("pk", filter=near),
    )
    return History(**found)
