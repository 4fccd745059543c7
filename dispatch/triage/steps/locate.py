"""Locate: the grid of the point, the nearest one just outside, a flag far outside.

What the text names is held against the point here; whether a contradiction matters is decided by
``confirm_place``, once category and departments can be known.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.placecheck import VAGUE_ACCURACY_M, Evidence, check_places
from dispatch.triage.reference import Reference
from reports.enums import LETTERS
from reports.models import Grid
from xiangcun.lib.geo import ShiftHint, double_shift_hint

NAME = "locate"
NEAR_M = 500.0
HINT_FROM_M = 150.0
"""Nearer than this a point is simply beside the border; a wrong system moves it by some 500 m."""
HINTS = {
    ShiftHint.SENT_GCJ02_AS_WGS84: "坐标可能是 GCJ-02 被当作 WGS-84 上传，换算后落在辖区内",
    ShiftHint.SENT_WGS84_AS_GCJ02: "坐标可能本是 WGS-84 却被再次换算，还原后落在辖区内",
}


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Find the grid; more than ``NEAR_M`` outside the township a person must look."""
    if not context.placed:
        return _by_words(context)
    place = reference.grids.locate(context.lat, context.lng)
    if place is None:
        return StepResult(NAME, context, "尚未录入网格，未定位")
    grid, distance = place.grid, round(place.distance_m)
    if context.kind in LETTERS:
        return _of_letter(context, grid if place.distance_m <= NEAR_M else None)
    if place.distance_m > NEAR_M:
        return _outside(context, reference, distance)
    evidence = check_places(context, grid, reference.places)
    data: dict[str, object] = {
        "grid": grid.code,
        "village": grid.village_name,
        "distance_m": distance,
        **_named(evidence),
    }
    hint = _hint(context, reference) if place.distance_m > HINT_FROM_M else None
    if hint is not None:
        data["shift_hint"] = str(hint)
    flag = _flag(
        f"位置在{grid.name}边界外约 {distance} 米" if distance else "",
        evidence.doubt.flag if evidence.doubt else "",
        HINTS[hint] if hint else "",
        _vague(context),
    )
    reason = (
        f"位于{grid.name}" if not distance else f"归入最近的{grid.name}（相距约 {distance} 米）"
    )
    if evidence.doubt:
        reason = f"{reason}；{evidence.doubt.flag}"
    located = replace(context, grid=grid, location_flag=flag, doubt=evidence.doubt)
    return StepResult(NAME, located, reason, data=data)


def _by_words(context: TriageContext) -> StepResult:
    """Leave a place known by words to a person; a letter needs none."""
    if context.kind in LETTERS:
        return StepResult(NAME, context, "来信没有填写地点，不定位")
    flag = f"没有定位，居民写的地点：{context.address}"
    found = replace(context, location_flag=flag)
    return StepResult(NAME, found, f"{flag}，请核实地点", ok=False)


def _of_letter(context: TriageContext, grid: Grid | None) -> StepResult:
    """Note the grid a letter was written in; nobody goes there, so nothing has to agree with it."""
    if grid is None:
        return StepResult(NAME, context, "来信的位置在辖区外，不影响答复")
    return StepResult(NAME, replace(context, grid=grid), f"来信位于{grid.name}")


def _outside(context: TriageContext, reference: Reference, distance: int) -> StepResult:
    hint = _hint(context, reference)
    evidence = check_places(context, None, reference.places)
    flag = _flag(
        f"位置在辖区外约 {distance} 米",
        evidence.doubt.flag if evidence.doubt else "",
        HINTS[hint] if hint else "",
    )
    data: dict[str, object] = {
        "distance_m": distance,
        "shift_hint": str(hint) if hint else None,
        **_named(evidence),
    }
    return StepResult(NAME, replace(context, location_flag=flag), flag, ok=False, data=data)


def _named(evidence: Evidence) -> dict[str, object]:
    """Return what the explanation panel shows of the places that were named."""
    doubt = evidence.doubt
    contradiction = doubt and {
        "name": doubt.name,
        "kind": doubt.kind,
        "source": doubt.source,
        "distance_m": doubt.distance_m,
        "grid": doubt.grid.code if doubt.grid else None,
        "likely": doubt.likely,
    }
    return {"named": list(evidence.named), "contradiction": contradiction}


def _vague(context: TriageContext) -> str:
    if context.accuracy_m is None or context.accuracy_m <= VAGUE_ACCURACY_M:
        return ""
    return f"定位精度约 {context.accuracy_m:.0f} 米，请核实"


def _flag(*parts: str) -> str:
    return "；".join(filter(None, parts))


def _hint(context: TriageContext, reference: Reference) -> ShiftHint | None:
    return double_shift_hint(context.lat, context.lng, reference.grids.contains)
