"""Candidates for 典型案例, and what stands out among the open tickets: bounded reads by index.

No confidential matter, no letter, nothing that complains of a member of staff, no task of another
ticket, nothing without a place in the township.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from dispatch.enums import OPEN_STATUSES, TicketAction, TicketStatus
from dispatch.models import (
    Hotspot,
    HotspotReport,
    Recusal,
    Staff,
    Ticket,
    TicketEvent,
    TicketReport,
)
from reports.enums import ReportKind

LOOKED_AT = 300
MOST_OVERDUE = 10
MOST_HOTSPOTS = 5
_RELATED = ("category", "grid", "lead_department")
_ENDED = (TicketStatus.AWAITING_RATING, TicketStatus.CLOSED, TicketStatus.ARCHIVED)


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """Open tickets of one department that are past their date; ``oldest`` is the earliest date."""

    department: str
    count: int
    oldest: datetime


def well_rated(since: datetime, until: datetime) -> list[Ticket]:
    """Return tickets that residents rated with 5 in the time, quickest first."""
    events = TicketEvent.objects.filter(
        at__gte=since, at__lt=until, action=TicketAction.RATE, data__score=5
    )
    ids = list(events.order_by("-id").values_list("ticket_id", flat=True)[:LOOKED_AT])
    rows = (
        _printable()
        .filter(pk__in=ids, status__in=_ENDED, handled_at__isnull=False, reopen_count=0)
        .exclude(result_text="")
    )
    return sorted(rows.select_related(*_RELATED), key=lambda row: (_took(row), row.pk))


def long_delayed(now: datetime) -> list[Ticket]:
    """Return open tickets that are longest past their date."""
    rows = _printable().filter(status__in=OPEN_STATUSES, next_due_at__lt=now)
    return list(rows.select_related(*_RELATED).order_by("next_due_at", "pk")[:MOST_OVERDUE])


def many_reporters(since: datetime, until: datetime) -> list[Ticket]:
    """Return tickets that reports of the time joined, most reports first."""
    joined = TicketReport.objects.filter(attached_at__gte=since, attached_at__lt=until)
    ids = list(joined.order_by("-id").values_list("ticket_id", flat=True)[: LOOKED_AT * 10])
    rows = _printable().filter(pk__in=set(ids), report_count__gte=3)
    rows = rows.exclude(
        status__in=[TicketStatus.WITHDRAWN, TicketStatus.REJECTED, TicketStatus.MERGED]
    )
    return list(rows.select_related(*_RELATED).order_by("-report_count", "pk")[:5])


def overdue_by_department(now: datetime) -> list[OverdueRow]:
    """Return the departments with open tickets past their date, most first (the index of the overdue)."""
    rows = (
        Ticket.objects.filter(status__in=OPEN_STATUSES, next_due_at__lt=now)
        .values("lead_department__short_name")
        .annotate(count=Count("pk"), oldest=Min("next_due_at"))
        .order_by("-count", "lead_department__short_name")
    )
    return [
        OverdueRow(row["lead_department__short_name"] or "", row["count"], row["oldest"])
        for row in rows
    ]


def printable_hotspots() -> list[Hotspot]:
    """Return the hotspots of the last week that rest on nothing confidential or about staff."""
    complained = HotspotReport.objects.filter(
        hotspot=OuterRef("pk"),
        report__ticket_report__ticket__in=Recusal.objects.values("ticket"),
    )
    rows = Hotspot.objects.filter(
        Q(category__isnull=True) | Q(category__confidential=False), recent_residents__gte=2
    ).filter(~Exists(complained))
    order = ("-recent_residents", "-resident_count", "pk")
    return list(rows.select_related("category").order_by(*order)[:MOST_HOTSPOTS])


def known_names(ticket: Ticket) -> set[str]:
    """Return names of the people around a ticket: who reported, and every colleague."""
    reporters = ticket.ticket_reports.values_list("report__resident__nickname", flat=True)
    staff = Staff.objects.exclude(display_name="").values_list("display_name", flat=True)
    return {name for name in (*reporters, *staff) if name}


def _printable() -> QuerySet[Ticket]:
    """Return what may stand in a brief at all."""
    recused = Recusal.objects.filter(ticket=OuterRef("pk"))
    return Ticket.objects.filter(
        Q(category__isnull=False, category__confidential=False),
        confidential=False,
        kind=ReportKind.PROBLEM,
        parent__isnull=True,
        grid__isnull=False,
        lead_department__isnull=False,
    ).filter(~Exists(recused))


def _took(row: Ticket) -> float:
    return (row.handled_at - row.opened_at).total_seconds() if row.handled_at else 0.0
