"""Which grid a point lies in, over an R-tree of the polygons.

Polygons are WGS-84 degrees; the tree holds them in metres around their middle (equirectangular,
wrong by well under a metre over a township), so that "nearest" and its distance are true.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.affinity import affine_transform
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from reports.models import Grid
from xiangcun.lib.geo import EARTH_RADIUS_M

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """The grid a point belongs to (or the nearest one) and how far away it is, in metres."""

    grid: Grid
    distance_m: float


class GridMap:
    """All active grids of the township; thread-safe, never changed after building."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        pairs = [(grid, shape) for grid in grids if (shape := _shape(grid)) is not None]
        self._grids = [grid for grid, _ in pairs]
        self._middle = _middle([shape for _, shape in pairs])
        self._tree = STRtree([self._to_metres(shape) for _, shape in pairs])

    def __bool__(self) -> bool:
        return bool(self._grids)

    def locate(self, lat: float, lng: float) -> Place | None:
        """Return the grid at the point, or else the nearest; ``None`` without any grid.

        On a shared border the grid with the lowest code wins, so the answer never depends on chance.
        """
        if not self._grids:
            return None
        point = self._to_metres(Point(lng, lat))
        inside = self._tree.query(point, predicate="intersects")
        if inside.size:
            return Place(self._grids[int(inside.min())], 0.0)
        nearest, distances = self._tree.query_nearest(point, return_distance=True)
        return Place(self._grids[int(nearest.min())], float(distances[0]))

    def contains(self, lat: float, lng: float) -> bool:
        """Whether some grid covers the point."""
        place = self.locate(lat, lng)
        return place is not None and place.distance_m == 0.0

    def _to_metres(self, shape: BaseGeometry) -> BaseGeometry:
        """Turn (lng, lat) degrees into (x, y) metres from the middle."""
        lng, lat = self._middle
        north = math.radians(1.0) * EARTH_RADIUS_M
        east = north * math.cos(math.radians(lat))
        return affine_transform(shape, [east, 0.0, 0.0, north, -lng * east, -lat * north])


def _middle(shapes: Sequence[BaseGeometry]) -> tuple[float, float]:
    """Return (lng, lat) of the middle of all shapes."""
    if not shapes:
        return 0.0, 0.0
    west, south, east, north = zip(*(shape.bounds for shape in shapes), strict=True)
    return (min(west) + max(east)) / 2.0, (min(south) + max(north)) / 2.0


def _shape(grid: Grid) -> BaseGeometry | None:
    """Read a grid's polygon; one that cannot be read is left out, the others still work."""
    try:
        shape = shapely.from_geojson(json.dumps(grid.polygon))
    except (shapely.GEOSException, TypeError):
        logger.warning("grid_polygon_unreadable", extra={"grid": grid.pk})
        return None
    return None if shape.is_empty else shapely.make_valid(shape)
