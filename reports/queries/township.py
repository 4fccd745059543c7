"""The township as a whole, put together from its grids."""

from __future__ import annotations

from shapely.geometry import shape
from shapely.ops import unary_union

from reports.models import Grid


def township_centre() -> tuple[float, float] | None:
    """Return a point well inside the township (WGS-84 latitude, longitude); ``None`` without grids."""
    polygons = Grid.objects.filter(is_active=True).values_list("polygon", flat=True)
    areas = [shape(polygon).buffer(0) for polygon in polygons]
    if not areas:
        return None
    whole = unary_union(areas)
    centre = whole.centroid if whole.contains(whole.centroid) else whole.representative_point()
    return centre.y, centre.x
