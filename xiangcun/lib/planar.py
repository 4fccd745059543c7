"""Shapes in metres: a local plane around a point, so that areas and distances are true.

GeoJSON shapes are WGS-84 degrees, (longitude, latitude). The plane is equirectangular, east and
north of its middle, wrong by well under a metre over a township.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from xiangcun.lib.geo import EARTH_RADIUS_M

METRES_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M

G = TypeVar("G", bound=BaseGeometry)


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane that touches the Earth at ``lng``/``lat`` (degrees)."""

    lng: float
    lat: float

    @classmethod
    def around(cls, shapes: Iterable[BaseGeometry]) -> Plane:
        """Return the plane at the middle of all shapes (degrees); at 0/0 when there is none."""
        bounds = [shape.bounds for shape in shapes if not shape.is_empty]
        if not bounds:
            return cls(0.0, 0.0)
        west, south, east, north = zip(*bounds, strict=True)
        return cls((min(west) + max(east)) / 2.0, (min(south) + max(north)) / 2.0)

    def to_metres(self, shape: G) -> G:
        """Turn (lng, lat) degrees into (x, y) metres from the middle."""
        east = self._east
        matrix = [east, 0.0, 0.0, METRES_PER_DEGREE]
        return affine_transform(shape, [*matrix, -self.lng * east, -self.lat * METRES_PER_DEGREE])

    def to_degrees(self, shape: G) -> G:
        """Turn (x, y) metres back into (lng, lat) degrees."""
        matrix = [1.0 / self._east, 0.0, 0.0, 1.0 / METRES_PER_DEGREE]
        return affine_transform(shape, [*matrix, self.lng, self.lat])

    @property
    def _east(self) -> float:
        """Metres of a degree of longitude here."""
        return METRES_PER_DEGREE * math.cos(math.radians(self.lat))
