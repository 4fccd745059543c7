"""From GeoJSON coordinates to clean polygons: every repair is said, what cannot be repaired refused."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from reports.domain.gridfiles.faults import FaultCode, FaultList, GeoJson
from reports.domain.gridfiles.reading import RawFeature
from xiangcun.lib.geo import out_of_china
from xiangcun.lib.planar import Plane

REPAIR_SHARE = 0.01
"""A repair that changes the area by more is a guess about somebody's border."""
_SMALLEST_RING = 3
_PAIR = 2
"""A position is a pair, perhaps with a height."""
_MAX_LNG, _MAX_LAT = 180, 90
_DECIMALS = 7
_HUGE = 1e12
_REASON_POINT = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")

Ring = list[tuple[float, float]]


class BadShapeError(Exception):
    """The feature has no usable shape; the fault is already noted."""


def read_polygon(feature: RawFeature, faults: FaultList) -> BaseGeometry | None:
    """Return the polygon or multipolygon of a feature in its own coordinates, or ``None``."""
    kind, parts = feature.geometry.get("type"), feature.geometry.get("coordinates")
    polygons = [parts] if kind == "Polygon" else parts
    if not isinstance(polygons, list) or not any(polygons):
        faults.add(FaultCode.EMPTY_GEOMETRY, f"{_name(feature)}没有图形", feature.index)
        return None
    try:
        shapes = [_polygon(feature, rings, faults) for rings in polygons if rings]
        return _valid(feature, shapes, faults)
    except BadShapeError:
        return None


def read_point(feature: RawFeature, faults: FaultList) -> tuple[float, float] | None:
    """Return (lng, lat) of a landmark, or ``None``."""
    try:
        return _position(feature, feature.geometry.get("coordinates"), faults)
    except BadShapeError:
        return None


def to_geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return a geometry of plain lists, rings as RFC 7946 wants them, seven decimals (1 cm)."""
    if isinstance(shape, Polygon | MultiPolygon):
        shape = shapely.orient_polygons(shape, exterior_cw=False)
    found: dict[str, Any] = dict(mapping(shape))
    found["coordinates"] = _rounded(found["coordinates"])
    return found


def polygons_of(shape: BaseGeometry) -> BaseGeometry:
    """Return what has an area, lines and points dropped."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _rounded(part: Any) -> Any:
    return (
        [_rounded(one) for one in part]
        if isinstance(part, tuple | list)
        else round(part, _DECIMALS)
    )


def _name(feature: RawFeature) -> str:
    return f"第 {feature.index + 1} 个要素"


def _polygon(feature: RawFeature, rings: Any, faults: FaultList) -> Polygon:
    if not isinstance(rings, list):
        raise _bad(feature, faults)
    shell, *holes = [_ring(feature, ring, faults, outer=not at) for at, ring in enumerate(rings)]
    return Polygon(shell, holes)


def _ring(feature: RawFeature, ring: Any, faults: FaultList, *, outer: bool) -> Ring:
    if not isinstance(ring, list):
        raise _bad(feature, faults)
    points = [_position(feature, position, faults) for position in ring]
    if points and points[0] != points[-1]:
        _close(feature, points, faults)
    if len(set(points)) < _SMALLEST_RING:
        message = f"{_name(feature)}的边界不足 3 个不同的点，不成面"
        faults.add(FaultCode.RING_TOO_SHORT, message, feature.index)
        raise BadShapeError
    if (_signed_area(points) > 0) != outer:
        faults.add_alike(
            FaultCode.RING_ORDER, "边界点的绕行方向与标准相反，已自动调整", feature.index
        )
    return points


def _position(feature: RawFeature, position: Any, faults: FaultList) -> tuple[float, float]:
    numbers: list[Any] = position if isinstance(position, list) else []
    if len(numbers) < _PAIR or not all(_is_number(part) for part in numbers[:_PAIR]):
        raise _bad(feature, faults)
    lng, lat = float(numbers[0]), float(numbers[1])
    if len(numbers) > _PAIR:
        faults.add_alike(FaultCode.COORDINATES_3D, "坐标带高程，已舍去", feature.index)
    _check_where(feature, lng, lat, faults)
    return lng, lat


def _is_number(part: object) -> bool:
    """Whether it is a finite number that fits a float; JSON allows any length of digits."""
    return isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < _HUGE


def _check_where(feature: RawFeature, lng: float, lat: float, faults: FaultList) -> None:
    if abs(lng) > _MAX_LNG or abs(lat) > _MAX_LNG:
        code, hint = FaultCode.COORDINATES_PROJECTED, "看起来是以米为单位的投影坐标，请导出为经纬度"
    elif abs(lat) <= _MAX_LAT and not out_of_china(lat, lng):
        return
    elif abs(lng) <= _MAX_LAT and not out_of_china(lng, lat):
        code, hint = FaultCode.COORDINATES_SWAPPED, "经度和纬度可能写反了，应为 [经度, 纬度]"
    else:
        code, hint = FaultCode.OUT_OF_CHINA, "不在中国范围内"
    faults.add(code, f"{_name(feature)}的坐标 [{lng:g}, {lat:g}] {hint}", feature.index)
    raise BadShapeError


def _close(feature: RawFeature, points: Ring, faults: FaultList) -> None:
    """Close an open ring, unless the missing edge would be longer than any other: a part is missing."""
    edges = [math.dist(one, other) for one, other in pairwise(points)]
    if math.dist(points[0], points[-1]) > max(edges, default=0.0):
        message = f"{_name(feature)}的边界没有闭合，缺口比任何一段边都长，可能缺了一段"
        faults.add(FaultCode.RING_NOT_CLOSED, message, feature.index, geometry=_gap(points))
        raise BadShapeError
    points.append(points[0])
    faults.add_alike(FaultCode.RING_CLOSED, "边界首尾没有相接，已自动闭合", feature.index)


def _gap(points: Ring) -> GeoJson:
    return {"type": "LineString", "coordinates": [list(points[-1]), list(points[0])]}


def _signed_area(points: Ring) -> float:
    """Return twice the area, positive when counter-clockwise (shoelace, around the first point)."""
    left, low = points[0]
    return sum(
        (x1 - left) * (y2 - low) - (x2 - left) * (y1 - low)
        for (x1, y1), (x2, y2) in pairwise(points)
    )


def _valid(feature: RawFeature, shapes: list[Polygon], faults: FaultList) -> BaseGeometry:
    whole: BaseGeometry = shapes[0] if len(shapes) == 1 else MultiPolygon(shapes)
    if not whole.is_valid:
        whole = _repair(feature, whole, faults)
    if whole.is_empty or not whole.area:
        faults.add(FaultCode.EMPTY_GEOMETRY, f"{_name(feature)}的面积为零", feature.index)
        raise BadShapeError
    _note_holes(feature, whole, faults)
    return whole


def _repair(feature: RawFeature, whole: BaseGeometry, faults: FaultList) -> BaseGeometry:
    reason = shapely.is_valid_reason(whole)
    repaired = polygons_of(shapely.make_valid(whole))
    drawn = sum(abs(Polygon(part.exterior).area) for part in shapely.get_parts(whole))
    change = abs(repaired.area - whole.area) / max(drawn, repaired.area, 1e-12)
    where = _reason_point(reason)
    if change > REPAIR_SHARE:
        message = (
            f"{_name(feature)}的边界自相交，修复会改变 {change:.0%} 的面积，请在制图软件里修正"
        )
        faults.add(FaultCode.SELF_INTERSECTION, message, feature.index, geometry=where)
        raise BadShapeError
    message = f"{_name(feature)}的边界有轻微自相交，已修复（面积变化 {change:.2%}）"
    faults.add(FaultCode.SELF_INTERSECTION_REPAIRED, message, feature.index, geometry=where)
    return repaired


def _reason_point(reason: str) -> GeoJson | None:
    """Return the point that GEOS names in its explanation, such as ``Self-intersection[120.1 30.2]``."""
    found = _REASON_POINT.search(reason)
    if found is None:
        return None
    return to_geojson(Point(float(found.group(1)), float(found.group(2))))


def _note_holes(feature: RawFeature, whole: BaseGeometry, faults: FaultList) -> None:
    for part in shapely.get_parts(whole):
        for ring in part.interiors:
            hole = Polygon(ring)
            area = Plane.around([hole]).to_metres(hole).area
            message = f"{_name(feature)}内部有洞（{area_text(area)}），洞里不属于该网格"
            faults.add(FaultCode.HOLE, message, feature.index, geometry=to_geojson(hole))


def area_text(square_metres: float) -> str:
    """Return ``850 平方米`` or ``1.2 平方公里``."""
    if square_metres >= 100_000:  # noqa: PLR2004 - a tenth of a square kilometre
        return f"{square_metres / 1_000_000:.2f} 平方公里"
    return f"{square_metres:.0f} 平方米"


def _bad(feature: RawFeature, faults: FaultList) -> BadShapeError:
    message = f"{_name(feature)}的坐标不是数字组成的 [经度, 纬度]，无法读取"
    faults.add(FaultCode.BAD_POSITION, message, feature.index)
    return BadShapeError()


def is_polygon(geometry: Mapping[str, Any]) -> bool:
    """Whether GeoJSON says it is an area."""
    return geometry.get("type") in {"Polygon", "MultiPolygon"}
