"""Tickets put on hold 挂账, by the month in which they are to be looked at again."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Ticket, TicketEvent
from dispatch.queries.access import Viewer, current_tickets

MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class Month:
    """A month with how many suspensions are to be reviewed in it."""

    first: date
    count: int


def suspended_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return what ``viewer`` may see on hold, the next review first."""
    return (
        current_tickets(viewer)
        .filter(status=TicketStatus.SUSPENDED, review_at__isnull=False)
        .order_by("review_at", "id")
    )


def review_months(viewer: Viewer) -> list[Month]:
    """Return the months with reviews, in order (one query; a ticket is on hold for 90 days at most)."""
    rows = (
        suspended_tickets(viewer)
        .order_by()
        .annotate(month=TruncMonth("review_at"))
        .values_list("month")
        .annotate(total=Count("pk"))
    )
    return [Month(first, total) for first, total in sorted(rows)]


def tickets_of_month(viewer: Viewer, month: date | None) -> list[Ticket]:
    """Return up to ``MAX_ROWS`` suspended tickets, of one month or of all."""
    rows = suspended_tickets(viewer).select_related("category", "lead_department", "grid")
    if month is not None:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        rows = rows.filter(review_at__range=(month, last))
    return list(rows[:MAX_ROWS])


def conditions_of(ticket_ids: Iterable[int]) -> dict[int, str]:
    """Return the reason each ticket was put on hold for, as last written (one query)."""
    events = TicketEvent.objects.filter(
        ticket__in=list(ticket_ids),
        action__in=[TicketAction.REQUEST_SUSPENSION, TicketAction.EXTEND_SUSPENSION],
    )
    return dict(events.order_by("ticket_id", "seq").values_list("ticket_id", "note"))
