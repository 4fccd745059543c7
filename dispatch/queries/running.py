"""Tickets whose clocks run, for whoever computes deadlines anew."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from dispatch.enums import TicketStatus
from dispatch.models import Ticket

RUNNING_STATUSES = (TicketStatus.ASSESSING, TicketStatus.DISPATCHED, TicketStatus.HANDLING)


def running_tickets(*, due_since: datetime) -> QuerySet[Ticket]:
    """Return tickets in work with a deadline at or after ``due_since``, by id.

    A deadline before the first changed day has been reached without it: no change moves it.
    """
    since = (
        Q(assess_due_at__gte=due_since) | Q(sign_due_at__gte=due_since) | Q(due_at__gte=due_since)
    )
    rows = Ticket.objects.filter(since, status__in=RUNNING_STATUSES, paused_at__isnull=True)
    return rows.filter(clock_bases__isnull=False).select_related("parent").order_by("pk")
