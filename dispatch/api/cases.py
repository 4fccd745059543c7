"""Hotspots and tickets for the county: nobody in them, no words but by scope, no exact place."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dispatch.api import schemas
from dispatch.api.base import CountyView, answer, has_scope
from dispatch.api.narrowing import (
    ScopeQuery,
    category_ids,
    department_ids,
    grid_ids,
    read_days,
    read_query,
)
from dispatch.domain.actors import Actor
from dispatch.enums import ApiScope, TicketStatus
from dispatch.models import Hotspot, Ticket
from dispatch.queries.hotspots import ranked_hotspots
from xiangcun.lib.drf.pagination import KeysetPagination
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.geo import round_public
from xiangcun.lib.text import mask_contacts

_NOBODY = Actor()
_TIMES = ("opened_at", "dispatched_at", "signed_at", "due_at", "handled_at", "closed_at")


class HotspotsView(CountyView):
    """What many report."""

    needs = ApiScope.HOTSPOTS

    @extend_schema(
        operation_id="county_hotspots",
        summary="热点：许多人在同一处反映的事，保密事项不在其中",
        tags=schemas.TAGS,
        responses=schemas.responses(schemas.HotspotsShape),
    )
    def get(self, request: Request) -> Response:
        """Return the ranked list."""
        words = has_scope(request, ApiScope.HOTSPOT_WORDS)
        items = [_hotspot(row, words=words) for row in ranked_hotspots(_NOBODY)]
        return answer(request, {"items": items})


class TicketsQuery(ScopeQuery):
    """``GET /tickets``."""

    status = serializers.CharField(required=False, max_length=16, help_text="工单状态代码")


class _TicketPages(KeysetPagination):
    ordering = ("-opened_at", "-id")


class TicketsView(CountyView):
    """The de-identified list."""

    needs = ApiScope.TICKETS

    @extend_schema(
        operation_id="county_tickets",
        summary="去标识工单清单：没有文字、照片和人员，地点约 100 米，保密和未研判的不在其中",
        tags=schemas.TAGS,
        parameters=[
            TicketsQuery,
            OpenApiParameter("cursor", str, description="上一页返回的 next_cursor"),
            OpenApiParameter("limit", int, description="每页条数，最多 100"),
        ],
        responses=schemas.responses(schemas.CountyTicketsShape),
    )
    def get(self, request: Request) -> Response:
        """Return one page, what was opened last first."""
        query = read_query(TicketsQuery, request)
        pages = _TicketPages()
        page = pages.paginate_queryset(_tickets(query), request, view=self) or []
        data = {"items": [_ticket(row) for row in page], "next_cursor": pages.next_cursor()}
        return answer(request, data)


def _tickets(query: dict[str, Any]) -> QuerySet[Ticket]:
    """Return assessed tickets that are not confidential, opened on the days asked for."""
    first, last = read_days(query)
    rows = Ticket.objects.filter(
        confidential=False,
        category__confidential=False,
        opened_at__gte=_midnight(first),
        opened_at__lt=_midnight(last + timedelta(days=1)),
    ).exclude(status=TicketStatus.ASSESSING)
    places = {
        "category__in": category_ids(query.get("category", "")),
        "lead_department__in": department_ids(query.get("department", "")),
        "grid__in": grid_ids(query.get("grid", "")),
    }
    rows = rows.filter(**{name: ids for name, ids in places.items() if ids is not None})
    status = query.get("status", "")
    if status and status not in TicketStatus.values:
        raise InvalidInputError.of_field("status", "unknown_status", "没有这个状态")
    rows = rows.filter(status=status) if status else rows
    return rows.select_related("category", "grid", "lead_department").defer(
        "grid__polygon", "title", "result_text"
    )


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _ticket(row: Ticket) -> dict[str, Any]:
    grid, unit = row.grid, row.lead_department
    assert row.category is not None  # the query asks for one that is not confidential
    return {
        "number": row.number,
        "status": _coded(row.status, row.get_status_display()),
        "urgency": row.urgency,
        "category": _coded(row.category.code, row.category.name),
        "grid": _coded(grid.code, grid.name) if grid else None,
        "village": _coded(grid.village_code, grid.village_name) if grid else None,
        "department": _coded(unit.code, unit.name) if unit else None,
        "point": _point(row.lat, row.lng) if row.placed else None,
        "report_count": row.report_count,
        **{name: _moment(getattr(row, name)) for name in _TIMES},
        "outcome": row.outcome,
    }


def _hotspot(row: Hotspot, *, words: bool) -> dict[str, Any]:
    kind = row.category
    placed = row.lat is not None and row.lng is not None
    return {
        "id": str(row.pk),
        "title": mask_contacts(row.title) if words else None,
        "place": mask_contacts(row.place_name),
        "category": _coded(kind.code, kind.name) if kind else None,
        "point": _point(row.lat or 0, row.lng or 0) if placed else None,
        "radius_m": row.radius_m,
        "reports": row.report_count,
        "residents": row.resident_count,
        "recent_residents": row.recent_residents,
        "previous_residents": row.previous_residents,
        "trend": row.trend,
        "first_at": _moment(row.first_at),
        "last_at": _moment(row.last_at),
    }


def _coded(code: str, name: str) -> dict[str, str]:
    return {"code": str(code), "name": str(name)}


def _point(lat: float, lng: float) -> dict[str, float]:
    north, east = round_public(lat, lng)
    return {"lat": north, "lng": east}


def _moment(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
