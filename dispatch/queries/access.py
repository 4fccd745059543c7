"""Who may see which ticket, and how much of the person behind a report.

The one place of row scope: every list, page, action, photo and export starts from here. A member
of staff whom a ticket complains of (``Recusal``) does not see it, in whatever seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from dispatch.enums import ON_SITE_STATUSES, AssignmentKind, Role, TicketStatus
from dispatch.models import Assignment, Recusal, Ticket
from reports.enums import ReportKind
from reports.models import Report

M = TypeVar("M", bound=Model)


class Viewer(Protocol):
    """What scope depends on; ``dispatch.domain.actors.Actor`` is one."""

    @property
    def user_id(self) -> int | None:
        """The staff account's id."""

    @property
    def roles(self) -> frozenset[Role]:
        """Every role this person holds."""

    @property
    def is_command_room(self) -> bool:
        """Whether this person sees every department's tickets."""

    @property
    def department_ids(self) -> frozenset[int]:
        """Departments this person handles tickets for."""

    @property
    def grid_ids(self) -> frozenset[int]:
        """Grids this person is the grid officer of."""

    @property
    def is_recused(self) -> bool:
        """Whether there are tickets that complain of this person."""


def visible_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the tickets ``viewer`` may read: all for the command room, else their departments'.

    A department keeps reading what it once had (returned, merged, reopened): its own work stays
    accountable. It acts on its present tickets only, which the state table decides. A grid officer
    reads what lies in their grids once it is assessed, but for confidential matters; a leader of the
    township reads everything but those.
    """
    return _in_scope(viewer, active_only=False)


def current_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the tickets that stand in ``viewer``'s queues now."""
    return _in_scope(viewer, active_only=True)


def queued_tickets(
    viewer: Viewer, statuses: Sequence[TicketStatus], also: Q | None = None
) -> QuerySet[Ticket]:
    """Return ``current_tickets`` in ``statuses`` and as ``also`` says, found by indexes that history does not lengthen.

    For states in which a ticket has a department or none: whoever leads one is named in it, so that a
    department's queue is read from its own index; only what it assists in is found by its pieces.
    """
    wanted = Q(status__in=statuses) & (also or Q())
    everything = viewer.is_command_room or leads_township(viewer)
    if everything or not (viewer.department_ids or viewer.grid_ids):
        return current_tickets(viewer).filter(wanted)
    departments = viewer.department_ids
    pieces = Assignment.objects.filter(
        department__in=departments, ended_at__isnull=True, kind=AssignmentKind.ASSIST
    )
    parts = [
        Ticket.objects.filter(wanted, lead_department__in=departments),
        Ticket.objects.filter(wanted, pk__in=pieces.values("ticket")),
        Ticket.objects.filter(wanted, _on_site(viewer)) if viewer.grid_ids else None,
    ]
    ids = [rows.order_by().values("pk") for rows in parts if rows is not None]
    found = Ticket.objects.filter(pk__in=ids[0].union(*ids[1:], all=True))
    return unless_recused(viewer, found, ticket="pk")


def leads_township(viewer: Viewer) -> bool:
    """Whether the person is a leader of the township, who looks at everything and handles nothing."""
    return Role.LEADERSHIP in viewer.roles


def visible_reports(viewer: Viewer) -> QuerySet[Report]:
    """Return the reports ``viewer`` may list as such: the command room only."""
    if not viewer.is_command_room:
        return Report.objects.none()
    return unless_recused(viewer, Report.objects.all(), ticket="ticket_report__ticket")


def unless_recused(viewer: Viewer, rows: QuerySet[M], *, ticket: str = "ticket") -> QuerySet[M]:
    """Leave out rows about tickets that complain of ``viewer``; ``ticket`` is the path to the ticket.

    Records of the command room (ledger, triage, alarms) start from here.
    """
    if not viewer.is_recused:
        return rows
    about_them: dict[str, Any] = {"user": viewer.user_id, "ticket": OuterRef(ticket)}
    return rows.filter(~Exists(Recusal.objects.filter(**about_them)))


def may_see_contact(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether ``viewer`` may read the (masked) telephone of the people behind ``ticket``.

    Never a department or a grid officer; for a confidential matter nobody.
    """
    return viewer.is_command_room and not ticket.confidential


def may_see_reporter(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether ``viewer`` may know anything that leads to the reporter of ``ticket``.

    For a confidential matter the command room only: no number, channel, address, exact point or
    history for a department. Nor for a leader of the township, but in what their own seats handle.
    """
    if viewer.is_command_room or ticket.confidential:
        return viewer.is_command_room
    own = ticket.lead_department_id in viewer.department_ids or ticket.grid_id in viewer.grid_ids
    return own or not leads_township(viewer)


def may_see_originals(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether ``viewer`` may open a photo as it came: its EXIF tells of the reporter's telephone."""
    if ticket.confidential:
        return Role.LEAD in viewer.roles
    return bool(viewer.roles & {Role.DISPATCHER, Role.LEAD, Role.VERIFIER})


def _in_scope(viewer: Viewer, *, active_only: bool) -> QuerySet[Ticket]:
    if viewer.is_command_room:
        return unless_recused(viewer, Ticket.objects.all(), ticket="pk")
    departments, grids = viewer.department_ids, viewer.grid_ids
    if not departments and not grids:
        if leads_township(viewer):
            return unless_recused(viewer, Ticket.objects.filter(confidential=False), ticket="pk")
        return Ticket.objects.none()
    pieces = Assignment.objects.filter(ticket=OuterRef("pk"), department__in=departments)
    if active_only:
        pieces = pieces.filter(ended_at__isnull=True)
    on_site = _on_site(viewer)
    theirs = Q(Exists(pieces)) if departments else Q()
    scope = (theirs | on_site) if grids and departments else on_site if grids else theirs
    if leads_township(viewer):
        scope |= Q(confidential=False)
    return unless_recused(viewer, Ticket.objects.filter(scope), ticket="pk")


def _on_site(viewer: Viewer) -> Q:
    seen_to = Q(kind=ReportKind.PROBLEM, status__in=ON_SITE_STATUSES)
    return seen_to & Q(grid__in=viewer.grid_ids, confidential=False)
