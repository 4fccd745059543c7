"""Whether the same trouble came up near by before: asked once, when a ticket is first dispatched."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.expressions import Combinable, ExpressionWrapper

from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from xiangcun.lib.geo import EARTH_RADIUS_M, bounding_box
from xiangcun.lib.rows import RowQuery

REPEAT_DAYS = 30
REPEAT_RADIUS_M = 200.0
_NO_MATTER = (TicketStatus.MERGED, TicketStatus.WITHDRAWN)
_DEGREE_M = math.radians(1.0) * EARTH_RADIUS_M


def _away(name: str) -> Combinable:
    return F(name) - Value(0.0, output_field=FloatField())


def _squared_m() -> ExpressionWrapper[float]:
    """Return the squared distance in metres on the flat: right to a centimetre over 200 m."""
    north, east = _away("lat"), _away("lng")
    north_m, east_m = (Value(0.0, output_field=FloatField()) for _ in range(2))
    return ExpressionWrapper(
        north * _away("lat") * north_m + east * _away("lng") * east_m, output_field=FloatField()
    )


def _before() -> QuerySet[Ticket, tuple[Any, ...]]:
    """One filter after the other fixes the order of the parameters."""
    early = datetime.min.replace(tzinfo=UTC)
    return (
        Ticket.objects.filter(category_id=0)
        .filter(opened_at__range=(early, early))
        .filter(lat__range=(0.0, 0.0))
        .filter(lng__range=(0.0, 0.0))
        .filter(placed=True)
        .filter(parent__isnull=True)
        .exclude(pk=0)
        .exclude(status__in=_NO_MATTER)
        .annotate(squared_m=_squared_m())
        .filter(squared_m__lte=0.0)
        .order_by("-opened_at", "-pk")
        .values_list("number")[:1]
    )


_BEFORE = RowQuery(_before)


def repeated_ticket(ticket: Ticket, *, category_id: int) -> str:
    """Return the number of the latest ticket like it, "" when there is none (one indexed query).

    Like it is what was opened under ``category_id`` within 200 m in the 30 days before it. What was
    merged is no matter of its own, what was withdrawn none at all; children are pieces of one.
    """
    if not ticket.placed or ticket.parent_id is not None:
        return ""
    lat, lng, opened = ticket.lat, ticket.lng, ticket.opened_at
    box = bounding_box(lat, lng, REPEAT_RADIUS_M)
    east_scale = (_DEGREE_M * math.cos(math.radians(lat))) ** 2
    row = _BEFORE.first(
        category_id,
        opened - timedelta(days=REPEAT_DAYS),
        opened,
        box.south,
        box.north,
        box.west,
        box.east,
        ticket.pk,
        *_NO_MATTER,
        lat,
        lat,
        _DEGREE_M**2,
        lng,
        lng,
        east_scale,
        REPEAT_RADIUS_M**2,
    )
    return str(row[0]) if row else ""
