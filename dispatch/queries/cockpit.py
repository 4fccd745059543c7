"""What the cockpit reads of tickets themselves: what is overdue, what just happened, what residents wrote.

Everything is found by an index and bounded: overdue tickets by the partial index of due dates, events
by their moment, comments by the index of those that have one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from dispatch.enums import OPEN_STATUSES
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, Hotspot, HotspotReport, Recusal, Ticket, TicketEvent
from dispatch.queries.access import Viewer, unless_recused
from reports.models import Rating

TOLD = (
    Act.OPEN, Act.DISPATCH, Act.ACCEPT, Act.FINISH, Act.VERIFY, Act.RATE, Act.CLOSE_UNRATED,
    Act.REOPEN, Act.ESCALATE,
)  # fmt: skip
"""What a screen tells of the day."""
MAX_HOTSPOTS = 12
_OPEN_MATTER = Q(category__isnull=True) | Q(category__confidential=False)
_DEPARTMENT = "lead_department"


class Where(NamedTuple):
    """Places as ids; ``None`` is everything, 0 in a set is "none"."""

    categories: frozenset[int] | None = None
    departments: frozenset[int] | None = None
    grids: frozenset[int] | None = None

    def condition(self, prefix: str = "") -> Q:
        """Return it as a condition on tickets, or through ``prefix`` on what leads to one."""
        columns = (
            ("category", self.categories),
            (_DEPARTMENT, self.departments),
            ("grid", self.grids),
        )
        found = Q()
        for column, ids in columns:
            if ids is not None:
                found &= _among(f"{prefix}{column}", ids)
        return found


class OverdueCount(NamedTuple):
    """How many overdue tickets there are of a department in a grid."""

    department_id: int | None
    grid_id: int | None
    confidential: bool
    number: int


class EventRow(NamedTuple):
    """An event as a screen tells it."""

    pk: int
    at: datetime
    action: str
    village: str | None
    category: str | None
    department: str | None


class CommentRow(NamedTuple):
    """A rating with words."""

    at: datetime
    score: int
    solved: bool
    comment: str
    ticket_id: int
    category_id: int | None
    department_id: int | None


def overdue_counts(where: Where, *, now: datetime) -> list[OverdueCount]:
    """Count what is past its date now, by department, grid and confidentiality (one query)."""
    columns = ("lead_department_id", "grid_id", "confidential")
    rows = _overdue(where, now=now).order_by().values_list(*columns).annotate(n=Count("pk"))
    return [OverdueCount(*row) for row in rows]


def overdue_tickets(
    where: Where, viewer: Viewer | None, *, now: datetime, limit: int
) -> list[Ticket]:
    """Return the tickets longest past their date, none of them confidential (one query)."""
    rows = _overdue(where, now=now).filter(_OPEN_MATTER, confidential=False)
    if viewer is not None:
        rows = unless_recused(viewer, rows, ticket="pk")
    return list(rows.order_by("next_due_at", "pk")[:limit])


def day_events(where: Where, *, since: datetime, limit: int) -> list[EventRow]:
    """Return the latest events since ``since``; confidential matters and subtasks are left out (one query)."""
    rows = (
        TicketEvent.objects.filter(
            _OPEN_MATTER,
            where.condition(),
            at__gte=since,
            action__in=TOLD,
            ticket__confidential=False,
            ticket__parent=None,
        )
        .order_by("-at", "-pk")
        .values_list(
            "pk", "at", "action", "grid__village_name", "category__name",
            "lead_department__short_name",
        )
    )  # fmt: skip
    return [EventRow(*row) for row in rows[:limit]]


def unheard_alarms(where: Where) -> int:
    """Count the alarms that nobody acknowledged (one query, over its partial index)."""
    return Alarm.objects.filter(where.condition("ticket__"), acknowledged_at=None).count()


def recent_comments(
    where: Where, viewer: Viewer, *, first: datetime, end: datetime, limit: int
) -> list[CommentRow]:
    """Return what residents wrote in [first, end), the latest first; nothing about confidential matters."""
    ticket = "report__ticket_report__ticket"
    matter = Q(**{f"{ticket}__category__isnull": True}) | Q(
        **{f"{ticket}__category__confidential": False}
    )
    rows = (
        Rating.objects.filter(matter, where.condition(f"{ticket}__"), at__gte=first, at__lt=end)
        .filter(comment__gt="", **{f"{ticket}__confidential": False})
        .order_by("-at")
    )
    columns = (
        "at", "score", "solved", "comment", f"{ticket}_id", f"{ticket}__category_id",
        f"{ticket}__lead_department_id",
    )  # fmt: skip
    kept = unless_recused(viewer, rows, ticket=ticket)
    return [CommentRow(*row) for row in kept.values_list(*columns)[:limit]]


def hotspots_at(where: Where, viewer: Viewer | None, *, own_only: bool) -> list[Hotspot]:
    """Return the hotspots with a ticket at these places, what most people spoke of first (one query).

    ``own_only``: every one of its tickets is there, because its sentence may quote any of them.
    """
    rows = Hotspot.objects.filter(_OPEN_MATTER)
    if where.categories is not None:
        rows = rows.filter(_among("category", where.categories))
    here = Where(None, where.departments, where.grids)
    if here != Where():
        ticket = "report__ticket_report__ticket__"
        members = HotspotReport.objects.filter(hotspot=OuterRef("pk"))
        inside = members.filter(here.condition(ticket))
        rows = rows.filter(Exists(inside))
        if own_only:
            outside = members.exclude(pk__in=_members(here, ticket))
            rows = rows.filter(~Exists(outside))
    if viewer is not None and viewer.is_recused:
        recused = Recusal.objects.filter(user=viewer.user_id).values("ticket")
        hidden = HotspotReport.objects.filter(
            hotspot=OuterRef("pk"), report__ticket_report__ticket__in=recused
        )
        rows = rows.filter(~Exists(hidden))
    order = ("-recent_residents", "-resident_count", "-last_at", "pk")
    return list(rows.order_by(*order)[:MAX_HOTSPOTS])


def _members(here: Where, ticket: str) -> QuerySet[HotspotReport]:
    return HotspotReport.objects.filter(here.condition(ticket), hotspot=OuterRef("hotspot"))


def _overdue(where: Where, *, now: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(where.condition(), status__in=OPEN_STATUSES, next_due_at__lt=now)


def _among(column: str, ids: Iterable[int]) -> Q:
    wanted = frozenset(ids)
    found = Q(**{f"{column}__in": wanted - {0}})
    return found | Q(**{f"{column}__isnull": True}) if 0 in wanted else found
