"""Which coordinate system a map is really in: the one in which it lies on the map we have.

GCJ-02 data taken for WGS-84 looks perfect and lies some 500 m off. The outline of the file, read as
each system in turn, is held against the outline in use; a clear best fit speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from reports.domain.gridfiles.faults import FaultCode, FaultList
from xiangcun.lib.geo import CoordType, distance_m, to_wgs84

AUTO = "auto"
FITS = 0.6
"""Share of the two outlines' union that they have in common, from which a fit means something."""
CLEARLY = 0.05
DIFFERS = 0.5
_LOOKS_LIKE = {
    CoordType.WGS84: FaultCode.LOOKS_LIKE_WGS84,
    CoordType.GCJ02: FaultCode.LOOKS_LIKE_GCJ02,
    CoordType.BD09: FaultCode.LOOKS_LIKE_BD09,
}
_NAMES = {
    CoordType.WGS84: "WGS-84（天地图、CGCS2000）",
    CoordType.GCJ02: "GCJ-02（高德、腾讯）",
    CoordType.BD09: "BD-09（百度）",
}

Convert = Callable[[BaseGeometry], BaseGeometry]


@dataclass(frozen=True, slots=True)
class _Fit:
    kind: CoordType
    share: float


def choose_system(
    declared: str, outline: BaseGeometry, known: BaseGeometry | None, faults: FaultList
) -> CoordType:
    """Return the system to read the file in; say so when it was chosen, doubted or not checked.

    ``outline`` is the file's own union in its own coordinates, ``known`` the one in use (WGS-84).
    """
    if known is None or known.is_empty:
        _warn_unchecked(declared, outline, faults)
        return CoordType.WGS84 if declared == AUTO else CoordType(declared)
    fits = {kind: _fit(kind, outline, known) for kind in CoordType}
    best = max(fits.values(), key=lambda fit: fit.share)
    chosen = _settle(declared, best, faults)
    if fits[chosen].share >= best.share - CLEARLY or best.share < FITS:
        _warn_other_place(best, faults)
        return chosen
    message = (
        f"按 {_NAMES[chosen]} 读取时与现有辖区只重合 {fits[chosen].share:.0%}，"
        f"按 {_NAMES[best.kind]} 读取时重合 {best.share:.0%}：坐标系很可能选错了，会整体偏移约 "
        f"{_offset(outline, best.kind, chosen):.0f} 米"
    )
    faults.add(_LOOKS_LIKE[best.kind], message)
    return chosen


def _settle(declared: str, best: _Fit, faults: FaultList) -> CoordType:
    if declared != AUTO:
        return CoordType(declared)
    if best.share < FITS:
        message = "无法从现有辖区判断坐标系，已按 WGS-84 读取，请在预览图上核对"
        faults.add(FaultCode.COORD_TYPE_UNCHECKED, message)
        return CoordType.WGS84
    if best.kind is not CoordType.WGS84:
        message = (
            f"与现有辖区比对，坐标是 {_NAMES[best.kind]}，已换算成 WGS-84（重合 {best.share:.0%}）"
        )
        faults.add(FaultCode.COORD_TYPE_DETECTED, message)
    return best.kind


def converter(kind: CoordType) -> Convert:
    """Return a function that turns a shape of ``kind`` into WGS-84; a shared corner stays shared."""
    if kind is CoordType.WGS84:
        return lambda shape: shape
    known: dict[tuple[float, float], tuple[float, float]] = {}

    def convert(xs: Any, ys: Any) -> tuple[list[float], list[float]]:
        pairs = list(zip(xs.tolist(), ys.tolist(), strict=True))
        for lng, lat in pairs:
            if (lng, lat) not in known:
                known[lng, lat] = to_wgs84(lat, lng, kind)
        moved = [known[pair] for pair in pairs]
        return [lng for _, lng in moved], [lat for lat, _ in moved]

    # The stubs know the interleaved signature only.
    return lambda shape: shapely.transform(shape, convert, interleaved=False)  # type: ignore[arg-type]


def _fit(kind: CoordType, outline: BaseGeometry, known: BaseGeometry) -> _Fit:
    moved = shapely.make_valid(converter(kind)(outline))
    union = moved.union(known).area
    return _Fit(kind, moved.intersection(known).area / union if union else 0.0)


def _warn_other_place(best: _Fit, faults: FaultList) -> None:
    if best.share < DIFFERS:
        message = f"新网格与现有辖区只重合 {best.share:.0%}，请在预览图上核对位置"
        faults.add(FaultCode.OUTLINE_DIFFERS, message)


def _warn_unchecked(declared: str, outline: BaseGeometry, faults: FaultList) -> None:
    if declared in {CoordType.GCJ02, CoordType.BD09}:
        return
    metres = _offset(outline, CoordType.GCJ02, CoordType.WGS84)
    message = (
        f"没有现有辖区可以比对，已按 WGS-84 读取；如果是高德、腾讯坐标（GCJ-02），这里会整体偏移约 {metres:.0f} 米，"
        "请在预览图上对照天地图核对"
    )
    faults.add(FaultCode.COORD_TYPE_UNCHECKED, message)


def _offset(outline: BaseGeometry, one: CoordType, other: CoordType) -> float:
    """Return how many metres apart the two readings of the middle are."""
    middle = outline.centroid
    first = to_wgs84(middle.y, middle.x, one)
    return distance_m(*first, *to_wgs84(middle.y, middle.x, other))


SYSTEM_NAMES: Mapping[CoordType, str] = _NAMES
