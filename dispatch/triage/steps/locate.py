"""Locate: the grid of the point, the nearest one just outside, a flag far outside."""

from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Reference
from xiangcun.lib.geo import ShiftHint, double_shift_hint

NAME = "locate"
NEAR_M = 500.0
HINT_FROM_M = 150.0
"""Nearer than this a point is simply beside the border; a wrong system moves it by some 500 m."""
VAGUE_ACCURACY_M = 500.0
HINTS = {
    ShiftHint.SENT_GCJ02_AS_WGS84: "坐标可能是 GCJ-02 被当作 WGS-84 上传，换算后落在辖区内",
    ShiftHint.SENT_WGS84_AS_GCJ02: "坐标可能本是 WGS-84 却被再次换算，还原后落在辖区内",
}


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Find the grid; more than ``NEAR_M`` outside the township a person must look."""
    place = reference.grids.locate(context.lat, context.lng)
    if place is None:
        return StepResult(NAME, context, "尚未录入网格，未定位")
    grid, distance = place.grid, round(place.distance_m)
    data: dict[str, object] = {"grid": grid.code, "distance_m": distance}
    if place.distance_m > NEAR_M:
        return _outside(context, reference, distance)
    hint = _hint(context, reference) if place.distance_m > HINT_FROM_M else None
    if hint is not None:
        data["shift_hint"] = str(hint)
    flag = f"位置在{grid.name}边界外约 {distance} 米" if distance else ""
    flag = "；".join(filter(None, [flag, HINTS[hint] if hint else ""]))
    if context.accuracy_m is not None and context.accuracy_m > VAGUE_ACCURACY_M:
        flag = "；".join(filter(None, [flag, f"定位精度约 {context.accuracy_m:.0f} 米，请核实"]))
    reason = (
        f"位于{grid.name}" if not distance else f"归入最近的{grid.name}（相距约 {distance} 米）"
    )
    return StepResult(NAME, replace(context, grid=grid, location_flag=flag), reason, data=data)


def _outside(context: TriageContext, reference: Reference, distance: int) -> StepResult:
    hint = _hint(context, reference)
    flag = "；".join(filter(None, [f"位置在辖区外约 {distance} 米", HINTS[hint] if hint else ""]))
    data: dict[str, object] = {"distance_m": distance, "shift_hint": str(hint) if hint else None}
    return StepResult(NAME, replace(context, location_flag=flag), flag, ok=False, data=data)


def _hint(context: TriageContext, reference: Reference) -> ShiftHint | None:
    return double_shift_hint(context.lat, context.lng, reference.grids.contains)
