"""How the grids lie together: none over another, no hole between them, none far off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from reports.domain.gridfiles.faults import FaultCode, FaultList
from reports.domain.gridfiles.shapes import area_text, polygons_of, to_geojson
from xiangcun.lib.planar import Plane

OVERLAP_SHARE = 0.01
OVERLAP_M2 = 10_000.0
SMALL_OVERLAP_M2 = 100.0
"""An overlap is an error from one percent of the smaller grid (and ``SMALL_OVERLAP_M2``) or one
hectare; below that it is a sliver of two people's drawing, where the lower code wins."""
ROUNDING_M2 = 1.0
FAR_M = 2_000.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A grid of the map to be; ``index`` is ``None`` for one in use that the file leaves alone."""

    index: int | None
    label: str
    shape: BaseGeometry


def check_coverage(pieces: Sequence[Piece], faults: FaultList) -> None:
    """Note overlaps, gaps and outliers among the pieces (WGS-84) that the file has a part in."""
    plane = Plane.around([piece.shape for piece in pieces])
    areas = [plane.to_metres(piece.shape) for piece in pieces]
    tree = STRtree(areas)
    pairs = tree.query(areas, predicate="intersects").T.tolist()
    for one, other in sorted(pairs):
        if one < other and not (pieces[one].index is None and pieces[other].index is None):
            _check_pair((pieces[one], pieces[other]), areas[one], areas[other], plane, faults)
    _check_gaps(areas, plane, faults)
    touching = {one for one, other in pairs if one != other}
    _check_far(pieces, areas, [at for at in range(len(pieces)) if at not in touching], tree, faults)


def _check_pair(
    pair: tuple[Piece, Piece],
    one: BaseGeometry,
    other: BaseGeometry,
    plane: Plane,
    faults: FaultList,
) -> None:
    common = polygons_of(shapely.intersection(one, other))
    if common.area <= ROUNDING_M2:
        return
    share = common.area / min(one.area, other.area)
    names = f"“{pair[0].label}”和“{pair[1].label}”"
    features = [piece.index for piece in pair if piece.index is not None]
    where = to_geojson(plane.to_degrees(common))
    size = f"{area_text(common.area)}，占较小网格的 {share:.1%}"
    if (share >= OVERLAP_SHARE and common.area >= SMALL_OVERLAP_M2) or common.area >= OVERLAP_M2:
        faults.add(FaultCode.OVERLAP, f"{names}重叠 {size}", *features, geometry=where)
    else:
        message = f"{names}有细小重叠 {size}，重叠处归编码较小的网格"
        faults.add(FaultCode.OVERLAP_SLIVER, message, *features, geometry=where)


def _check_gaps(areas: Sequence[BaseGeometry], plane: Plane, faults: FaultList) -> None:
    """A hole in the union belongs to no grid; triage gives its points to the nearest one."""
    whole = shapely.union_all(areas)
    for part in shapely.get_parts(whole):
        for ring in getattr(part, "interiors", ()):
            hole = Polygon(ring)
            if hole.area > ROUNDING_M2:
                message = f"网格之间有空隙（{area_text(hole.area)}），其中的位置归最近的网格"
                where = to_geojson(plane.to_degrees(hole))
                faults.add(FaultCode.GAP, message, geometry=where)


def _check_far(
    pieces: Sequence[Piece],
    areas: Sequence[BaseGeometry],
    alone: Sequence[int],
    tree: STRtree,
    faults: FaultList,
) -> None:
    """A grid kilometres away from all others is more likely a typing error than an exclave."""
    if len(pieces) < 2:  # noqa: PLR2004 - a single grid has no others
        return
    for at in alone:
        piece, near = pieces[at], tree.query(areas[at], predicate="dwithin", distance=FAR_M)
        if piece.index is None or len(near) > 1:
            continue
        message = f"“{piece.label}”离其他网格超过 2 公里，请确认坐标"
        faults.add(FaultCode.FAR_AWAY, message, piece.index)
