"""What anybody may ask: published cases on a map, and those near by before sending another."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import nearby_answer, public_answer
from reports.api.base import PublicView, validated
from reports.api.inputs import NearbyQuery, PublicQuery
from reports.api.reports import CURSOR, LIMIT
from reports.queries.public import nearby_reports, present, published_reports
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
        responses={200: schemas.NearbyShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """Return up to five: those told in like words first, then the nearest."""
        query = validated(NearbyQuery, request.query_params)
        kind = CoordType(query["coord_type"])
        lat, lng = to_wgs84(query["lat"], query["lng"], kind)
        cases = nearby_reports(lat, lng, category=query["category"], text=query["text"])
        return Response({"items": [nearby_answer(case, kind) for case in cases]})


class PublicReportsView(PublicView):
    """Published cases."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="public_reports_list",
        summary="公开事项",
        tags=_TAGS,
        parameters=[PublicQuery, CURSOR, LIMIT],
        responses={200: schemas.PublicPageShape, **schemas.errors(400, 429)},
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
        return pages.get_paginated_response([public_answer(present(row), kind) for row in page])
