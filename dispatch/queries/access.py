"""Who may see which ticket, and how much of the person behind a report.

The one place of row scope: every list, page, action, photo and export starts from here.
"""

from __future__ import annotations

from typing import Protocol

from django.db.models import Exists, OuterRef, QuerySet

from dispatch.models import Assignment, Ticket
from reports.models import Report


class Viewer(Protocol):
    """What scope depends on; ``dispatch.domain.actors.Actor`` is one."""

    @property
    def is_command_room(self) -> bool:
        """Whether this person sees every department's tickets."""

    @property
    def department_ids(self) -> frozenset[int]:
        """Departments this person handles tickets for."""


def visible_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the tickets ``viewer`` may read: all for the command room, else their departments'.

    A department keeps reading what it once had (returned, merged, reopened): its own work stays
    accountable. It acts on its present tickets only, which the state table decides.
    """
    return _of_departments(viewer, active_only=False)


def current_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the tickets that stand in ``viewer``'s queues now."""
    return _of_departments(viewer, active_only=True)


def visible_reports(viewer: Viewer) -> QuerySet[Report]:
    """Return the reports ``viewer`` may list as such: the command room only."""
    return Report.objects.all() if viewer.is_command_room else Report.objects.none()


def may_see_contact(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether ``viewer`` may read the (masked) telephone of the people behind ``ticket``.

    Never a department; for a confidential matter nobody.
    """
    return viewer.is_command_room and not ticket.confidential


def _of_departments(viewer: Viewer, *, active_only: bool) -> QuerySet[Ticket]:
    if viewer.is_command_room:
        return Ticket.objects.all()
    departments = viewer.department_ids
    if not departments:
        return Ticket.objects.none()
    pieces = Assignment.objects.filter(ticket=OuterRef("pk"), department__in=departments)
    if active_only:
        pieces = pieces.filter(ended_at__isnull=True)
    return Ticket.objects.filter(Exists(pieces))
