"""What anybody may ask: published cases on a map, one of them, and those near by before sending another."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import public_schemas, schemas
from reports.api.base import PublicView, validated
from reports.api.inputs import CoordQuery, NearbyQuery, PublicQuery
from reports.api.public_answers import case_answer, nearby_answer, origin_of, public_answer
from reports.api.reports import CURSOR, LIMIT
from reports.domain.numbers import normalize_number
from reports.queries.public import nearby_reports, present, published_reports
from reports.queries.public_case import public_case, public_stats
from xiangcun.lib.drf.pagination import KeysetPagination
from xiangcun.lib.geo import CoordType, to_wgs84

_TAGS = ["公开"]


class NearbyView(PublicView):
    """Cases near by."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="reports_nearby",
        summary="附近已公开的未办结事项，内容相近的在前",
        tags=_TAGS,
        parameters=[NearbyQuery],
        responses={200: public_schemas.NearbyShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """Return up to five: those told in like words first, then the nearest."""
        query = validated(NearbyQuery, request.query_params)
        kind = CoordType(query["coord_type"])
        lat, lng = to_wgs84(query["lat"], query["lng"], kind)
        cases = nearby_reports(lat, lng, category=query["category"], text=query["text"])
        origin = origin_of(request)
        return Response({"items": [nearby_answer(case, kind, origin) for case in cases]})


class PublicReportsView(PublicView):
    """Published cases."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="public_reports_list",
        summary="公开事项",
        tags=_TAGS,
        parameters=[PublicQuery, CURSOR, LIMIT],
        responses={200: public_schemas.PublicPageShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """List what may be published, newest first."""
        query: dict[str, Any] = validated(PublicQuery, request.query_params)
        rows = published_reports(
            bbox=query["bbox"], statuses=query["status"], category=query["category"]
        )
        pages = KeysetPagination()
        page = pages.paginate_queryset(rows, request, view=self) or []
        kind = CoordType(query["coord_type"])
        origin = origin_of(request)
        return pages.get_paginated_response(
            [public_answer(present(row), kind, origin) for row in page]
        )


class PublicReportView(PublicView):
    """One published case."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="public_report_read",
        summary="一件公开事项：只有状态变化，没有居民写的内容",
        tags=_TAGS,
        parameters=[CoordQuery],
        responses={200: public_schemas.PublicCaseShape, **schemas.errors(400, 404, 429)},
    )
    def get(self, request: Request, number: str) -> Response:
        """Show what everybody may know of it."""
        query = validated(CoordQuery, request.query_params)
        case = public_case(normalize_number(number))
        return Response(case_answer(case, query["coord_type"], origin_of(request)))


class PublicStatsView(PublicView):
    """Figures above the list."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="public_stats",
        summary="公开事项的数量",
        tags=_TAGS,
        responses={200: public_schemas.PublicStatsShape, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Count, at most a minute late."""
        stats = public_stats(now=timezone.now())
        answer = {"open": stats.open, "closed_30_days": stats.closed, "since": stats.since}
        return Response(answer)
