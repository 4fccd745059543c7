"""The tray of a department's people: what happened in their queues that they have not seen.

Nothing is stored per event: a ticket is unread where its version is beyond what the person has seen.
What stands in a department is bounded by its open work, so closed tickets cost nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dispatch.enums import TicketStatus
from dispatch.models import NoteMention, Ticket, TicketEvent, TicketSeen
from dispatch.queries.access import Viewer, queued_tickets, visible_tickets
from dispatch.queries.calendar import work_calendar

TRAY_STATUSES = (
    TicketStatus.DISPATCHED,
    TicketStatus.HANDLING,
    TicketStatus.SUSPENDED,
    TicketStatus.HANDLED,
)
WORKED_STATUSES = (TicketStatus.DISPATCHED, TicketStatus.HANDLING)
PAGE = 30
SOON_WORKDAYS = 1
MARK_MAX = 5000
"""“Mark all as read” reads up to this many tickets at once."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the tray."""

    code: str
    label: str | Promise


TABS = (
    Tab("unread", _("未读")),
    Tab("soon", _("快到期")),
    Tab("dispatched", _("待签收")),
    Tab("handling", _("处置中")),
    Tab("mentions", _("提到我的")),
)
TAB_BY_CODE: Mapping[str, Tab] = MappingProxyType({tab.code: tab for tab in TABS})


def seen_by(user_id: int) -> Exists:
    """Return the condition, on tickets, that this person has seen the present version."""
    return Exists(
        TicketSeen.objects.filter(
            user=user_id, ticket=OuterRef("pk"), version__gte=OuterRef("version")
        )
    )


def tray_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the open tickets in the queues of the person's departments."""
    if not viewer.department_ids:
        return Ticket.objects.none()
    return queued_tickets(viewer, TRAY_STATUSES)


def unread_tickets(viewer: Viewer, user_id: int) -> QuerySet[Ticket]:
    """Return those of them in which something happened that the person has not seen."""
    return tray_tickets(viewer).exclude(seen_by(user_id))


def soon_tickets(viewer: Viewer, *, now: datetime) -> QuerySet[Ticket]:
    """Return what is overdue or due within one working day, the most pressing first."""
    until = work_calendar().add_workdays(now, SOON_WORKDAYS)
    tickets = tray_tickets(viewer).filter(status__in=WORKED_STATUSES, next_due_at__lte=until)
    return tickets.order_by("next_due_at", "id")


def unread_counts(viewer: Viewer, user_id: int, *, now: datetime) -> dict[str, int]:
    """Return how much is unread in each queue's tab, and in all under ``unread``: one query."""
    if not viewer.department_ids:
        return {}
    counts = {str(status): Count("pk", filter=Q(status=status)) for status in TRAY_STATUSES} | {
        "overdue": Count("pk", filter=Q(next_due_at__lt=now)),
        "requests": Count("pk", filter=Q(pending_request__isnull=False)),
        "unread": Count("pk"),
    }
    found: dict[str, int] = unread_tickets(viewer, user_id).aggregate(**counts)
    return found


def tab_counts(viewer: Viewer, user_id: int, *, now: datetime) -> dict[str, int]:
    """Return the size of every tab: three queries."""
    until = work_calendar().add_workdays(now, SOON_WORKDAYS)
    counts: dict[str, int] = tray_tickets(viewer).aggregate(
        dispatched=Count("pk", filter=Q(status=TicketStatus.DISPATCHED)),
        handling=Count("pk", filter=Q(status=TicketStatus.HANDLING)),
        soon=Count("pk", filter=Q(status__in=WORKED_STATUSES, next_due_at__lte=until)),
    )
    unread = unread_tickets(viewer, user_id).count()
    return counts | {"unread": unread, "mentions": unread_mentions(viewer, user_id).count()}


def tab_tickets(viewer: Viewer, user_id: int, tab: Tab, *, now: datetime) -> QuerySet[Ticket]:
    """Return the tickets of a tab in the order in which they are worked off."""
    if tab.code == "soon":
        return soon_tickets(viewer, now=now)
    if tab.code == "unread":
        return unread_tickets(viewer, user_id).order_by(F("next_due_at").asc(nulls_last=True), "id")
    return tray_tickets(viewer).filter(status=tab.code).order_by("next_due_at", "id")


def with_unread(tickets: QuerySet[Ticket], user_id: int) -> QuerySet[Ticket]:
    """Add ``is_unread`` to every row."""
    return tickets.annotate(is_unread=~seen_by(user_id))


def latest_events(tickets: list[Ticket]) -> dict[int, TicketEvent]:
    """Return the last event of each ticket, by ticket: one query."""
    rows = TicketEvent.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets], seq=F("ticket__version")
    )
    return {row.ticket_id: row for row in rows.select_related("actor", "department")}


def my_mentions(viewer: Viewer, user_id: int, *, before: int = 0) -> list[NoteMention]:
    """Return a page of the notes that name the person, latest first; ``before`` is a mention's id.

    What the person may no longer read is left out: a note is read with today's rights.
    """
    rows = _mentions(viewer, user_id).select_related("ticket", "event__actor", "event__department")
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.annotate(is_unread=~_note_seen(user_id)).order_by("-pk")[: PAGE + 1])


def unread_mentions(viewer: Viewer, user_id: int) -> QuerySet[NoteMention]:
    """Return the notes that name the person and were not read yet."""
    return _mentions(viewer, user_id).exclude(_note_seen(user_id))


def _mentions(viewer: Viewer, user_id: int) -> QuerySet[NoteMention]:
    mentions = NoteMention.objects.filter(user=user_id)
    if viewer.is_command_room and not viewer.is_recused:
        return mentions
    return mentions.filter(Exists(visible_tickets(viewer).filter(pk=OuterRef("ticket"))))


def _note_seen(user_id: int) -> Exists:
    return Exists(
        TicketSeen.objects.filter(
            user=user_id, ticket=OuterRef("ticket"), version__gte=OuterRef("seq")
        )
    )
