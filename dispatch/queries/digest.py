"""The figures of the morning's digest: open tickets by lead department, in two statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.models import Ticket

_IN_DEPARTMENT = (TicketStatus.DISPATCHED, TicketStatus.HANDLING)


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """``fresh``: dispatched since the last working morning; ``due``: by the end of today."""

    department_id: int
    name: str
    fresh: int
    unsigned: int
    due: int
    overdue: int


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """What waits for the command room."""

    assessing: int
    handled: int
    requests: int


def department_figures(
    *, since: datetime, now: datetime, day_end: datetime
) -> list[DepartmentFigures]:
    """Return the departments that have anything open, in their order."""
    rows = (
        Ticket.objects.filter(status__in=_IN_DEPARTMENT, lead_department__is_active=True)
        .values("lead_department_id", "lead_department__short_name", "lead_department__order")
        .annotate(
            fresh=Count("pk", filter=Q(dispatched_at__gte=since)),
            unsigned=Count("pk", filter=Q(status=TicketStatus.DISPATCHED)),
            due=Count("pk", filter=Q(due_at__gte=now, due_at__lte=day_end)),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
        )
        .order_by("lead_department__order", "lead_department_id")
    )
    return [
        DepartmentFigures(
            row["lead_department_id"],
            row["lead_department__short_name"],
            row["fresh"],
            row["unsigned"],
            row["due"],
            row["overdue"],
        )
        for row in rows
    ]


def room_figures() -> RoomFigures:
    """Return what the command room has before it."""
    rows = Ticket.objects.filter(status__in=OPEN_STATUSES).aggregate(
        assessing=Count("pk", filter=Q(status=TicketStatus.ASSESSING)),
        handled=Count("pk", filter=Q(status=TicketStatus.HANDLED)),
        requests=Count("pk", filter=Q(pending_request__isnull=False)),
    )
    return RoomFigures(**rows)
