"""The township as a whole, put together from its grids."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Q
from shapely.geometry import shape
from shapely.ops import unary_union

from reports.enums import LocationSource
from reports.models import Grid
from xiangcun.lib.geo import distance_m

MIN_RADIUS_M = 1000.0
"""A place known by words only is never believed to be nearer than this."""
UNPLACED = Q(location_source=LocationSource.TEXT, accuracy_m__gte=MIN_RADIUS_M)
"""Reports whose point is but the middle of the township; :func:`is_placed` says the same of a row."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A WGS-84 point and the metres around it in which all of the township lies."""

    lat: float
    lng: float
    radius_m: float


class _Kept:
    """The process's copy and the state of the table it was made of."""

    state: tuple[object, ...] = ()
    circle: Circle | None = None


def township_centre() -> tuple[float, float] | None:
    """Return a point well inside the township (WGS-84 latitude, longitude); ``None`` without grids."""
    circle = township_circle()
    return (circle.lat, circle.lng) if circle else None


def township_circle() -> Circle | None:
    """Return the circle around the township; ``None`` without grids. One small query, when unchanged."""
    grids = Grid.objects.filter(is_active=True)
    state = tuple(grids.aggregate(rows=Count("pk"), latest=Max("updated_at")).values())
    if state != _Kept.state:
        _Kept.circle = _draw(list(grids.values_list("polygon", flat=True)))
        _Kept.state = state
    return _Kept.circle


def is_placed(source: str, accuracy_m: float | None) -> bool:
    """Whether a point means a place; else it is but the middle of the township."""
    return source != LocationSource.TEXT or (accuracy_m or 0.0) < MIN_RADIUS_M


def _draw(polygons: list[dict[str, object]]) -> Circle | None:
    areas = [shape(polygon).buffer(0) for polygon in polygons]
    if not areas:
        return None
    whole = unary_union(areas)
    centre = whole.centroid if whole.contains(whole.centroid) else whole.representative_point()
    west, south, east, north = whole.bounds
    corners = ((lat, lng) for lat in (south, north) for lng in (west, east))
    radius = max(distance_m(centre.y, centre.x, lat, lng) for lat, lng in corners)
    return Circle(centre.y, centre.x, max(round(radius, -2), MIN_RADIUS_M))
