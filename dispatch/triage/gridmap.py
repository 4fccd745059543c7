"""Which grid a point lies in, over an R-tree of the polygons.

Polygons are WGS-84 degrees; the tree holds them in metres around their middle (equirectangular,
wrong by well under a metre over a township), so that "nearest" and its distance are true.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from reports.models import Grid
from xiangcun.lib.planar import Plane

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
        self._plane = Plane.around([shape for _, shape in pairs])
        self._shapes = [self._plane.to_metres(shape) for _, shape in pairs]
        self._tree = STRtree(self._shapes)

    def __bool__(self) -> bool:
        return bool(self._grids)

    def locate(self, lat: float, lng: float) -> Place | None:
        """Return the grid at the point, or else the nearest; ``None`` without any grid.

        On a shared border the grid with the lowest code wins, so the answer never depends on chance.
        """
        if not self._grids:
            return None
        point = self._plane.to_metres(Point(lng, lat))
        inside = self._tree.query(point, predicate="intersects")
        if inside.size:
            return Place(self._grids[int(inside.min())], 0.0)
        nearest, distances = self._tree.query_nearest(point, return_distance=True)
        return Place(self._grids[int(nearest.min())], float(distances[0]))

    @property
    def plane(self) -> Plane:
        """The plane in metres that :meth:`areas` lie in."""
        return self._plane

    def areas(self) -> list[tuple[Grid, BaseGeometry]]:
        """Return every grid with its area on :attr:`plane`, by code as given."""
        return list(zip(self._grids, self._shapes, strict=True))

    def contains(self, lat: float, lng: float) -> bool:
        """Whether some grid covers the point."""
        place = self.locate(lat, lng)
        return place is not None and place.distance_m == 0.0


def _shape(grid: Grid) -> BaseGeometry | None:
    """Read a grid's polygon; one that cannot be read is left out, the others still work."""
    try:
        shape = shapely.from_geojson(json.dumps(grid.polygon))
    except (shapely.GEOSException, TypeError):
        logger.warning("grid_polygon_unreadable", extra={"grid": grid.pk})
        return None
    return None if shape.is_empty else shapely.make_valid(shape)
