"""The tasks split off a ticket, and the ticket they were split off."""

from __future__ import annotations

from django.db.models import QuerySet

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket


def open_children(ticket: Ticket) -> QuerySet[Ticket]:
    """Return the children somebody still has to work on, verify or cancel."""
    return Ticket.objects.filter(parent_id=ticket.pk, status__in=OPEN_STATUSES)


def has_open_children(ticket: Ticket) -> bool:
    """Whether a child is still at work; costs a query only where children ever were."""
    return bool(ticket.child_count) and open_children(ticket).exists()
