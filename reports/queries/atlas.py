"""The township's grids for the phone page: where a point lies, and outlines light enough to send.

Kept in the process; every few seconds one look at the mark of the map tells whether it is still the
same map. Nothing here knows a person or a case: both answers are for everybody.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from reports.queries.places import grid_shapes, map_version
from xiangcun.lib.planar import Plane

CHECK_SECONDS = 5.0
BORDER_M = 30.0
"""How far outside the outermost border a point still counts as inside: what a phone cannot tell."""
FIRST_TOLERANCE_M, LAST_TOLERANCE_M = 6.0, 200.0
OUTLINE_BYTES = 60_000
"""What outlines may weigh before they are drawn more coarsely (about a quarter of it after gzip)."""
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class GridName:
    """A grid as it is named to residents."""

    code: str
    name: str
    village: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a point lies; ``grid`` is the nearest one when it is within the township."""

    in_area: bool
    grid: GridName | None
    distance_m: float | None


class Atlas:
    """One version of the map; never changed after it is built, so threads may share it."""

    def __init__(
        self, version: str, grids: Sequence[GridName], areas: Sequence[BaseGeometry]
    ) -> None:
        self.version = version
        self._grids = list(grids)
        self._plane = Plane.around(areas)
        self._areas = [self._plane.to_metres(area) for area in areas]
        self._tree = STRtree(self._areas)
        self.outline = self._draw()

    def locate(self, lat: float, lng: float) -> Spot:
        """Return the grid at a WGS-84 point; on a shared border the lowest code wins."""
        if not self._grids:
            return Spot(in_area=False, grid=None, distance_m=None)
        point = self._plane.to_metres(Point(lng, lat))
        found, distances = self._tree.query_nearest(point, return_distance=True)
        distance = float(distances[0])
        inside = distance <= BORDER_M
        return Spot(inside, self._grids[int(found.min())] if inside else None, distance)

    def _draw(self) -> bytes:
        """Return the outlines as GeoJSON, coarser until they are small; borders stay shared."""
        tolerance = FIRST_TOLERANCE_M
        while True:
            text = self._geojson(_simplified(self._areas, tolerance))
            if len(text) <= OUTLINE_BYTES or tolerance >= LAST_TOLERANCE_M:
                return text
            tolerance *= 2

    def _geojson(self, areas: Sequence[BaseGeometry]) -> bytes:
        degrees = [self._plane.to_degrees(area) for area in areas]
        features = [
            {
                "type": "Feature",
                "properties": {"code": grid.code, "name": grid.name, "village": grid.village},
                "geometry": _rounded(area),
            }
            for grid, area in zip(self._grids, degrees, strict=True)
        ]
        body: dict[str, object] = {"type": "FeatureCollection", "features": features}
        if degrees:
            bounds = shapely.total_bounds(degrees)
            body["bbox"] = [round(float(edge), _DECIMALS) for edge in bounds]
            body["centre"] = [
                round(self._plane.lng, _DECIMALS),
                round(self._plane.lat, _DECIMALS),
            ]
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class _Kept:
    """The process's copy and the monotonic second until which it need not be compared."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.atlas: Atlas | None = None
        self.until = 0.0


_kept = _Kept()


def atlas() -> Atlas:
    """Return the map in use, at most ``CHECK_SECONDS`` old; two small queries when it is compared."""
    kept = _kept.atlas
    if kept is not None and time.monotonic() < _kept.until:
        return kept
    with _kept.lock:
        kept = _kept.atlas
        if kept is None or time.monotonic() >= _kept.until:
            version = map_version()
            if kept is None or version != kept.version:
                kept = _kept.atlas = _read(version)
            _kept.until = time.monotonic() + CHECK_SECONDS
        return kept


def forget_atlas() -> None:
    """Compare anew next time; an editor in this process sees the change at once."""
    _kept.until = 0.0


def _read(version: str) -> Atlas:
    pairs = grid_shapes()
    names = [GridName(grid.code, grid.name, grid.village_name) for grid, _ in pairs]
    return Atlas(version, names, [area for _, area in pairs])


def _simplified(areas: Sequence[BaseGeometry], tolerance: float) -> list[BaseGeometry]:
    """Simplify all borders together, so that neighbours still meet; a broken one stays as it was."""
    if not areas:
        return []
    drawn = shapely.coverage_simplify(list(areas), tolerance)
    return [
        new if not new.is_empty and new.is_valid else old
        for new, old in zip(drawn, areas, strict=True)
    ]


def _rounded(area: BaseGeometry) -> dict[str, object]:
    """Return a GeoJSON geometry to five decimals: about a metre."""
    snapped = shapely.transform(area, lambda points: points.round(_DECIMALS))
    shown: dict[str, object] = json.loads(shapely.to_geojson(snapped))
    return shown
