"""Reading hotspots: what they are made of, the ranked list, and one with its tickets.

Confidential matters are left out here, at the source, and once more where a page is drawn: a
category may have become confidential since the last refresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from dispatch.enums import TicketStatus
from dispatch.models import Hotspot, HotspotReport, Recusal, Ticket, TicketReport
from dispatch.queries.access import Viewer, visible_tickets
from reports.enums import ReportKind

WINDOW = timedelta(days=28)
MAX_REPORTS = 3000
"""Bounds the work of a refresh (about 70 MB, 3 s); the newest are looked at. A township has some
hundreds a month."""
MAX_SHOWN = 50
MAX_TICKETS = 100
_DROPPED = (TicketStatus.WITHDRAWN, TicketStatus.REJECTED)
_OPEN_MATTER = Q(category__isnull=True) | Q(category__confidential=False)
_COLUMNS = (
    "report_id", "report__text", "report__kind", "report__lat", "report__lng",
    "report__submitted_at", "report__resident_id", "ticket__category_id", "ticket__grid__village_name",
    "report__anonymous",
    "ticket__placed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as hotspots see it; ``point`` is WGS-84 and means nothing unless it is ``placed``.

    ``resident_id`` tells people apart and nothing else. Of anonymous reports it is another number than
    of the same person's named ones: a hotspot of two reports by one person would say whose they are.
    """

    report_id: int
    text: str
    kind: ReportKind
    point: tuple[float, float]
    at: datetime
    resident_id: int | None
    category_id: int | None
    village: str
    placed: bool = True


def recent_reports(*, now: datetime) -> list[ReportRow]:
    """Return the window's reports that are not confidential, oldest first (one query)."""
    rows = (
        TicketReport.objects.filter(
            report__submitted_at__gt=now - WINDOW,
            report__submitted_at__lte=now,
            ticket__confidential=False,
        )
        .filter(Q(ticket__category__isnull=True) | Q(ticket__category__confidential=False))
        .exclude(ticket__status__in=_DROPPED)
        .exclude(report__kind=ReportKind.PRAISE)
        .order_by("-report_id")
    )
    found = [
        ReportRow(
            pk,
            text,
            ReportKind(kind),
            (lat, lng),
            at,
            _person(resident, anonymous=hidden),
            category,
            village or "",
            placed,
        )
        for pk, text, kind, lat, lng, at, resident, category, village, hidden, placed in rows.values_list(
            *_COLUMNS
        )[:MAX_REPORTS]
    ]
    return found[::-1]


def _person(resident_id: int | None, *, anonymous: bool) -> int | None:
    return -resident_id if anonymous and resident_id else resident_id


def ranked_hotspots(viewer: Viewer) -> list[Hotspot]:
    """Return the hotspots by how many people the last week heard, at most ``MAX_SHOWN``."""
    rows = _readable(viewer).select_related("category")
    order = ("-recent_residents", "-resident_count", "-last_at", "pk")
    return list(rows.order_by(*order)[:MAX_SHOWN])


def hotspot_for_page(viewer: Viewer, pk: int) -> Hotspot | None:
    """Return one hotspot, ``None`` when there is none (any more)."""
    return _readable(viewer).select_related("category").filter(pk=pk).first()


def tickets_of(viewer: Viewer, hotspot: Hotspot) -> list[Ticket]:
    """Return the tickets that hold its reports now, oldest first; confidential ones are not there."""
    holders = TicketReport.objects.filter(report__hotspot_report__hotspot=hotspot)
    rows = visible_tickets(viewer).filter(pk__in=holders.values("ticket"), confidential=False)
    related = ("category", "grid", "lead_department")
    return list(rows.filter(_OPEN_MATTER).select_related(*related).order_by("pk")[:MAX_TICKETS])


def _readable(viewer: Viewer) -> QuerySet[Hotspot]:
    """Its sentence quotes the reports: who is complained of in one of them does not read it."""
    rows = Hotspot.objects.filter(_OPEN_MATTER)
    if not viewer.is_recused:
        return rows
    recused = Recusal.objects.filter(user=viewer.user_id).values("ticket")
    hidden = HotspotReport.objects.filter(
        hotspot=OuterRef("pk"), report__ticket_report__ticket__in=recused
    )
    return rows.filter(~Exists(hidden))
