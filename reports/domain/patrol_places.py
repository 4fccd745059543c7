"""Whether a telephone's position is within the area of a patrol."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from reports.models import Grid, Patrol
from xiangcun.lib.errors import ConflictError, InvalidInputError
from xiangcun.lib.geo import CoordType, distance_m, to_wgs84
from xiangcun.lib.planar import Plane

BORDER_M = 30.0
"""What a border drawn on a map may be wrong by."""
MOST_TOLERANCE_M = 150.0
"""A worse position helps nobody further than this."""
WORST_ACCURACY_M = 1000.0
_DECIMALS = 4
_KILOMETRE = 1000.0


@dataclass(frozen=True, slots=True)
class Position:
    """Where a telephone says it is: degrees in ``coord_type``, accuracy in metres."""

    lat: float
    lng: float
    coord_type: str
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as it is kept: WGS-84 to about ten metres, and how far outside of the area (metres)."""

    lat: float
    lng: float
    outside_m: int


def fix_in_area(patrol: Patrol, position: Position) -> Fix:
    """Return the position as it is kept; raises ``position_vague``, ``outside_area`` with the distance."""
    accuracy = position.accuracy_m
    if accuracy is None or accuracy > WORST_ACCURACY_M:
        raise InvalidInputError.of_field(
            "accuracy", "position_vague", _("手机定位不够准，请打开定位、走到空旷处再试")
        )
    lat, lng = to_wgs84(position.lat, position.lng, CoordType(position.coord_type))
    outside = _outside_m(patrol, lat, lng)
    if outside > BORDER_M + min(accuracy, MOST_TOLERANCE_M):
        message = _("您不在巡查范围内，离“%(place)s”还有约%(far)s") % {
            "place": patrol.place_text,
            "far": _distance_words(outside),
        }
        details = {"distance_m": round(outside)}
        raise ConflictError("outside_area", message, details=details)
    return Fix(round(lat, _DECIMALS), round(lng, _DECIMALS), round(outside))


def rounded_fix(patrol: Patrol, position: Position) -> Fix:
    """Return a position as it is kept, wherever it is: who leaves may have walked on."""
    lat, lng = to_wgs84(position.lat, position.lng, CoordType(position.coord_type))
    return Fix(round(lat, _DECIMALS), round(lng, _DECIMALS), round(_outside_m(patrol, lat, lng)))


def middle_of_grid(grid: Grid) -> tuple[float, float, int]:
    """Return latitude, longitude and the radius in metres of the circle around a grid.

    Raises ``grid_unreadable`` where the outline is none.
    """
    area = _area(grid)
    if area is None:
        message = _("这个网格没有可用的边界，请改用地点和半径")
        raise InvalidInputError.of_field("grid", "grid_unreadable", message)
    west, south, east, north = area.bounds
    middle = area.representative_point()
    radius = distance_m(south, west, north, east) / 2.0
    return middle.y, middle.x, max(Patrol.MIN_RADIUS_M, math.ceil(radius))


def _outside_m(patrol: Patrol, lat: float, lng: float) -> float:
    area = _area(patrol.grid) if patrol.grid else None
    if area is None:
        return max(0.0, distance_m(lat, lng, patrol.lat, patrol.lng) - patrol.radius_m)
    plane = Plane.around([area])
    return float(plane.to_metres(area).distance(plane.to_metres(Point(lng, lat))))


def _area(grid: Grid) -> BaseGeometry | None:
    try:
        area = shapely.make_valid(shapely.from_geojson(json.dumps(grid.polygon)))
    except (shapely.GEOSException, TypeError):
        return None
    return None if area.is_empty else area


def _distance_words(metres: float) -> str:
    if metres < _KILOMETRE:
        return _(" %d 米") % (round(metres / 10) * 10)
    return _(" %.1f 公里") % (metres / _KILOMETRE)
