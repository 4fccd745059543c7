"""The tasks split off a ticket, and the ticket they were split off."""

from __future__ import annotations

from django.db.models import QuerySet

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket
from dispatch.queries.running import RUNNING_STATUSES


def open_children(ticket: Ticket) -> QuerySet[Ticket]:
    """Return the children somebody still has to work on, verify or cancel."""
    return Ticket.objects.filter(parent_id=ticket.pk, status__in=OPEN_STATUSES)


def running_children(ticket: Ticket) -> list[Ticket]:
    """Return the children whose clocks run now, in order of their locks; each knows its parent."""
    running = {"status__in": RUNNING_STATUSES, "paused_at": None}
    children = list(open_children(ticket).filter(**running).order_by("pk"))
    for child in children:
        child.parent = ticket
    return children


def has_open_children(ticket: Ticket) -> bool:
    """Whether a child is still at work; costs a query only where children ever were."""
    return bool(ticket.child_count) and open_children(ticket).exists()
