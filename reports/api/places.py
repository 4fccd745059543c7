"""``/places``: which grid a point lies in, and the outlines of all grids for a small map."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.base import PublicView, validated
from reports.api.inputs import MAX_LAT, MAX_LNG, QueryNumberField
from reports.enums import CoordinateSystem
from reports.queries.atlas import Spot, atlas
from xiangcun.lib.geo import CoordType, to_wgs84

_TAGS = ["公开"]
_OUTLINE_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


class PlaceQuery(serializers.Serializer[Any]):
    """``GET /places/at``."""

    lat = QueryNumberField(min_value=-MAX_LAT, max_value=MAX_LAT)
    lng = QueryNumberField(min_value=-MAX_LNG, max_value=MAX_LNG)
    coord_type = serializers.ChoiceField(CoordinateSystem.choices, default=CoordinateSystem.WGS84)


class GridNameShape(serializers.Serializer[Any]):
    """A grid by code and by the names residents know."""

    code = serializers.CharField()
    name = serializers.CharField()
    village = serializers.CharField()


class SpotShape(serializers.Serializer[Any]):
    """Where a point lies."""

    in_area = serializers.BooleanField(help_text="是否在本街道（乡镇）范围内")
    grid = GridNameShape(allow_null=True)
    distance_m = serializers.IntegerField(
        allow_null=True, help_text="到最近网格的距离（米），在网格内为 0；没有网格时为 null"
    )


class OutlineFeatureShape(serializers.Serializer[Any]):
    """One grid as a GeoJSON feature."""

    type = serializers.CharField()
    properties = GridNameShape()
    geometry = serializers.JSONField()


class OutlineShape(serializers.Serializer[Any]):
    """A GeoJSON FeatureCollection (WGS-84) with its box and middle; both absent without grids."""

    type = serializers.CharField()
    features = OutlineFeatureShape(many=True)
    bbox = serializers.ListField(child=serializers.FloatField(), required=False)
    centre = serializers.ListField(
        child=serializers.FloatField(), required=False, help_text="经度、纬度"
    )


class PlaceAtView(PublicView):
    """Where a point lies."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="places_at",
        summary="某一点所在的网格和村（社区）",
        tags=_TAGS,
        parameters=[PlaceQuery],
        responses={200: SpotShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """Name the grid of a point."""
        query = validated(PlaceQuery, request.query_params)
        lat, lng = to_wgs84(query["lat"], query["lng"], CoordType(query["coord_type"]))
        return Response(_answer(atlas().locate(lat, lng)), headers={"Cache-Control": "no-store"})


class OutlineView(PublicView):
    """The outlines of the grids."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="places_outline",
        summary="各网格的简化边界（GeoJSON，WGS-84）",
        tags=_TAGS,
        responses={200: OutlineShape, 304: None, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Return the outlines, or 304 to a client that has them."""
        drawn = atlas()
        etag = f'"{drawn.version}"'
        headers = {"ETag": etag, "Cache-Control": _OUTLINE_CACHE}
        known = request.headers.get("If-None-Match", "")
        if {etag, "*"} & {tag.strip().removeprefix("W/") for tag in known.split(",")}:
            return Response(status=304, headers=headers)
        return Response(json.loads(drawn.outline), headers=headers)


def _answer(spot: Spot) -> dict[str, Any]:
    grid = spot.grid
    return {
        "in_area": spot.in_area,
        "grid": {"code": grid.code, "name": grid.name, "village": grid.village} if grid else None,
        "distance_m": None if spot.distance_m is None else round(spot.distance_m),
    }
