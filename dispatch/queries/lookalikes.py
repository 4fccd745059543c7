"""Open tickets that may be the same matter as a new report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket, TicketReport
from xiangcun.lib.geo import bounding_box, distance_m

RECENT = timedelta(days=30)
MAX_ROWS = 50
MAX_TEXTS = 5
_COLUMNS = ("pk", "number", "lat", "lng", "opened_at")


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket, its WGS-84 point and the words of its first reports."""

    pk: int
    number: str
    lat: float
    lng: float
    opened_at: datetime
    texts: tuple[str, ...] = ()


def open_tickets_near(
    *, category_id: int, lat: float, lng: float, radius_m: float, now: datetime
) -> list[OpenTicket]:
    """Return open tickets of the category within the circle, of the last 30 days (two queries)."""
    box = bounding_box(lat, lng, radius_m)
    rows = Ticket.objects.filter(
        status__in=OPEN_STATUSES,
        category_id=category_id,
        lat__range=(box.south, box.north),
        lng__range=(box.west, box.east),
        opened_at__gte=now - RECENT,
    ).order_by("-pk")[:MAX_ROWS]
    near = [row for row in _read(rows) if distance_m(lat, lng, row.lat, row.lng) <= radius_m]
    texts = _texts_of([row.pk for row in near])
    return [
        OpenTicket(
            row.pk, row.number, row.lat, row.lng, row.opened_at, tuple(texts.get(row.pk, ()))
        )
        for row in near
    ]


def open_ticket_of_report(*, number: str = "", pk: int | None = None) -> OpenTicket | None:
    """Return the open ticket that holds the report of this number or id."""
    rows = Ticket.objects.filter(status__in=OPEN_STATUSES)
    if pk is not None:
        rows = rows.filter(ticket_reports__report_id=pk)
    else:
        rows = rows.filter(ticket_reports__report__number=number)
    return next(iter(_read(rows[:1])), None)


def _read(rows: QuerySet[Ticket]) -> list[OpenTicket]:
    return [OpenTicket(*row) for row in rows.values_list(*_COLUMNS)]


def _texts_of(ticket_ids: list[int]) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = {}
    if not ticket_ids:
        return texts
    rows = TicketReport.objects.filter(ticket__in=ticket_ids).order_by("pk")
    for ticket_id, text in rows.values_list("ticket_id", "report__text"):
        kept = texts.setdefault(ticket_id, [])
        if len(kept) < MAX_TEXTS:
            kept.append(text)
    return texts
