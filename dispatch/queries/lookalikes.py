"""Open tickets that may be the same matter as a new report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket, TicketReport
from reports.enums import ReportKind
from reports.models import Category
from xiangcun.lib.geo import bounding_box, distance_m
from xiangcun.lib.rows import RowQuery

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


def _around() -> QuerySet[Ticket]:
    """Return open tickets in a box; one filter after the other fixes the order of the parameters."""
    return (
        Ticket.objects.filter(status__in=OPEN_STATUSES)
        .filter(lat__range=(0.0, 0.0))
        .filter(lng__range=(0.0, 0.0))
        .filter(opened_at__gte=datetime.min.replace(tzinfo=UTC))
        .filter(kind=ReportKind.PROBLEM)
        .filter(placed=True)
    )


def _near() -> QuerySet[Ticket, tuple[Any, ...]]:
    closeness = Case(
        When(category_id=0, then=Value(0)),
        When(category__parent_id=0, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = _around().filter(confidential=False).order_by(closeness, "-pk")
    return rows.values_list(*_COLUMNS)[:MAX_ROWS]


def _near_confidential() -> QuerySet[Ticket, tuple[Any, ...]]:
    rows = _around().filter(confidential=True).filter(category_id=0).order_by("-pk")
    return rows.values_list(*_COLUMNS)[:MAX_ROWS]


# Asked for every report, so compiled once.
_NEAR, _NEAR_CONFIDENTIAL = RowQuery(_near), RowQuery(_near_confidential)


def open_tickets_near(
    *, category: Category, lat: float, lng: float, radius_m: float, now: datetime
) -> list[OpenTicket]:
    """Return open tickets of a place within the circle, of the last 30 days (two queries).

    At most ``MAX_ROWS``: those of the category first, then its neighbours' (the same top level), then
    the rest, the newest first. A confidential category meets confidential tickets only, of its own
    kind; any other never meets one.
    """
    box = bounding_box(lat, lng, radius_m)
    where = (
        *OPEN_STATUSES,
        box.south,
        box.north,
        box.west,
        box.east,
        now - RECENT,
        ReportKind.PROBLEM.value,
    )
    if category.confidential:
        rows = _NEAR_CONFIDENTIAL.all(*where, category.pk)
    else:
        rows = _NEAR.all(*where, category.pk, 0, category.parent_id, 1, 2)
    found = [OpenTicket(*row) for row in rows]
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
