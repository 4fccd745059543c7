"""Open tickets that may be the same matter as a new report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket, TicketReport
from reports.models import Category
from xiangcun.lib.geo import bounding_box, distance_m

RECENT = timedelta(days=30)
MAX_ROWS = 50
MAX_TEXTS = 5
_MAX_TEXT_ROWS = 400
_COLUMNS = ("pk", "number", "lat", "lng", "opened_at", "category_id", "urgency", "confidential")


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket, its WGS-84 point and the words of its first reports (kind, text)."""

    pk: int
    number: str
    lat: float
    lng: float
    opened_at: datetime
    category_id: int | None
    urgency: str
    confidential: bool
    texts: tuple[tuple[str, str], ...] = ()


def open_tickets_near(
    *, category: Category, lat: float, lng: float, radius_m: float, now: datetime
) -> list[OpenTicket]:
    """Return open tickets within the circle, of the last 30 days (two queries).

    At most ``MAX_ROWS``: those of the category first, then its neighbours' (the same top level), then
    the rest, the newest first. A confidential category meets confidential tickets only, of its own
    kind; any other never meets one.
    """
    box = bounding_box(lat, lng, radius_m)
    rows = Ticket.objects.filter(
        status__in=OPEN_STATUSES,
        lat__range=(box.south, box.north),
        lng__range=(box.west, box.east),
        opened_at__gte=now - RECENT,
        confidential=category.confidential,
    )
    if category.confidential:
        rows = rows.filter(category=category)
    found = _read(rows.order_by(_closeness(category), "-pk")[:MAX_ROWS])
    near = [row for row in found if distance_m(lat, lng, row.lat, row.lng) <= radius_m]
    texts = _texts_of([row.pk for row in near])
    return [
        OpenTicket(
            row.pk, row.number, row.lat, row.lng, row.opened_at, row.category_id, row.urgency,
            row.confidential, tuple(texts.get(row.pk, ())),
        )
        for row in near
    ]  # fmt: skip


def open_ticket_of_report(*, number: str = "", pk: int | None = None) -> OpenTicket | None:
    """Return the open ticket that holds the report of this number or id."""
    rows = Ticket.objects.filter(status__in=OPEN_STATUSES)
    if pk is not None:
        rows = rows.filter(ticket_reports__report_id=pk)
    else:
        rows = rows.filter(ticket_reports__report__number=number)
    return next(iter(_read(rows[:1])), None)


def _closeness(category: Category) -> Case:
    neighbours = Q(category__parent_id=category.parent_id)
    return Case(
        When(category_id=category.pk, then=Value(0)),
        When(neighbours, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _read(rows: QuerySet[Ticket]) -> list[OpenTicket]:
    return [OpenTicket(*row) for row in rows.values_list(*_COLUMNS)]


def _texts_of(ticket_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    texts: dict[int, list[tuple[str, str]]] = {}
    if not ticket_ids:
        return texts
    rows = TicketReport.objects.filter(ticket__in=ticket_ids).order_by("pk")
    columns = ("ticket_id", "report__kind", "report__text")
    for ticket_id, kind, text in rows.values_list(*columns)[:_MAX_TEXT_ROWS]:
        kept = texts.setdefault(ticket_id, [])
        if len(kept) < MAX_TEXTS:
            kept.append((kind, text))
    return texts
