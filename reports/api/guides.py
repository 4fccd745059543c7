"""便民服务 for everybody: the directory, one guide of it, and the seven dimensions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import guide_schemas, schemas
from reports.api.base import PublicView, validated
from reports.api.guide_answers import dimension_answer, guide_answer, page_answer
from reports.api.inputs import CoordQuery
from reports.api.kept import kept_answer
from reports.domain.guides import note_fault
from reports.enums import GuideFaultKind
from reports.queries.guides import GuideAsk, dimension_counts, guide_page, public_guide
from xiangcun.lib.drf.cursors import decode_cursor, invalid_cursor
from xiangcun.lib.geo import to_wgs84

_TAGS = ["公开"]
KEPT_SECONDS = 60
_FLOAT = (int, float, type(None))


class DimensionsView(PublicView):
    """The seven 文教娱康养行便 and 平安."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="dimensions",
        summary="七个维度和各有多少便民服务",
        tags=_TAGS,
        responses={200: guide_schemas.DimensionsShape, 304: None, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Count what is shown now."""
        rows = dimension_counts(now=timezone.now())
        body = {"items": [dimension_answer(code, found) for code, found in rows]}
        return kept_answer(request, body, seconds=KEPT_SECONDS)


class GuidesView(PublicView):
    """The directory."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="guides_list",
        summary="便民服务：按维度、词语或拼音、远近、是否正在营业",
        tags=_TAGS,
        parameters=[guide_schemas.GuideQuery],
        responses={200: guide_schemas.GuidePageShape, 304: None, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """List a page; "open" is of the moment, so that it is kept for a minute only."""
        query = validated(guide_schemas.GuideQuery, request.query_params)
        after, place = _position(query)
        ask = GuideAsk(
            dimension=query["dimension"],
            words=query["q"],
            place=place,
            open_only=query["open_now"],
        )
        page = guide_page(ask, after=after, limit=query["limit"], now=timezone.now())
        body = page_answer(page, place, query["coord_type"])
        return kept_answer(request, body, seconds=KEPT_SECONDS)


class GuideView(PublicView):
    """One guide."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="guide_read",
        summary="一条便民服务",
        tags=_TAGS,
        parameters=[CoordQuery],
        responses={200: guide_schemas.GuideShape, 304: None, **schemas.errors(400, 404, 429)},
    )
    def get(self, request: Request, guide_id: int) -> Response:
        """Show all of it."""
        query = validated(CoordQuery, request.query_params)
        line = public_guide(guide_id, now=timezone.now())
        return kept_answer(request, guide_answer(line, query["coord_type"]), seconds=KEPT_SECONDS)


class GuideFaultsView(PublicView):
    """信息有误."""

    throttle_scope = "guide_faults"

    @extend_schema(
        operation_id="guide_fault",
        summary="这条便民服务的信息有误：只计次数，不记是谁",
        tags=_TAGS,
        request=guide_schemas.GuideFaultInput,
        responses={201: guide_schemas.GuideFaultShape, **schemas.errors(400, 404, 429)},
    )
    def post(self, request: Request, guide_id: int) -> Response:
        """Count it for whoever keeps the guide."""
        kind = GuideFaultKind(validated(guide_schemas.GuideFaultInput, request.data)["kind"])
        note_fault(guide_id, kind=kind, now=timezone.now())
        thanks = _("谢谢，已经告诉维护的人，核实后会改正")
        return Response({"kind": kind.value, "message": thanks}, status=201)


def _position(query: dict[str, Any]) -> tuple[Any, tuple[float, float] | None]:
    """Return the key to go on from and the place to measure from: a cursor brings its own."""
    values = decode_cursor(query["cursor"], int, int, int, int, int, _FLOAT, _FLOAT)
    if values is not None:
        *key, lat, lng = values
        if (lat is None) != (lng is None) or max(abs(lat or 0), abs(lng or 0)) > 180:  # noqa: PLR2004 - degrees
            raise invalid_cursor()
        return tuple(key), None if lat is None else (lat, lng)
    if query["lat"] is None:
        return None, None
    return None, to_wgs84(query["lat"], query["lng"], query["coord_type"])
