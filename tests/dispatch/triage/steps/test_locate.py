from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.gridmap import GridMap
from dispatch.triage.steps import locate
from reports.models import Grid
from tests.dispatch.triage.shipped import context, reference
from xiangcun.lib.geo import ShiftHint, from_wgs84
from xiangcun.lib.planar import METRES_PER_DEGREE

INSIDE = (30.31, 120.5)
JUST_OUTSIDE = (30.3325, 120.5)


def at(point: tuple[float, float], **extra: object) -> TriageContext:
    return context("路灯坏了", lat=point[0], lng=point[1], **extra)


def test_it_works() -> None:
    result = locate.run(at(INSIDE), reference())
    assert result.ok
    assert result.context.grid is not None
    assert result.context.location_flag == ""
    assert result.data["distance_m"] == 0


def test_just_outside_the_nearest_grid_takes_it() -> None:
    result = locate.run(at(JUST_OUTSIDE), reference())
    assert result.ok
    assert result.context.grid is not None
    assert 0 < int(str(result.data["distance_m"])) <= locate.NEAR_M
    assert "边界外" in result.context.location_flag


def test_far_outside_a_person_must_look() -> None:
    result = locate.run(at((30.5, 120.5)), reference())
    assert not result.ok
    assert result.context.grid is None
    assert "辖区外" in result.context.location_flag
    assert result.data["shift_hint"] is None


def test_a_point_shifted_once_too_often_is_explained() -> None:
    point = (30.303, 120.5308)
    assert reference().grids.contains(*point)
    result = locate.run(at(from_wgs84(*point, "gcj02")), reference())
    assert result.data["shift_hint"] == ShiftHint.SENT_GCJ02_AS_WGS84
    assert "GCJ-02" in result.context.location_flag


def test_a_baidu_point_far_outside_is_flagged() -> None:
    result = locate.run(at(from_wgs84(30.303, 120.5308, "bd09")), reference())
    assert not result.ok


def test_a_few_steps_over_the_border_need_no_explanation() -> None:
    result = locate.run(at((30.3300, 120.4925)), reference())
    assert 0 < int(str(result.data["distance_m"])) <= locate.HINT_FROM_M
    assert "shift_hint" not in result.data


def test_a_vague_position_is_noted() -> None:
    result = locate.run(at(INSIDE, accuracy_m=2000.0), reference())
    assert result.ok
    assert "2000" in result.context.location_flag


def test_it_handles_a_township_without_grids() -> None:
    result = locate.run(at(INSIDE), replace(reference(), grids=GridMap([])))
    assert result.ok
    assert result.context.grid is None


def square(code: str, west_m: float, *, hole: bool = False) -> Grid:
    """A square kilometre, ``west_m`` metres east of 30 N 120 E; with a hole of 600 m in its middle."""

    def box(inset: float) -> list[list[float]]:
        corners = [
            (inset, inset),
            (1000 - inset, inset),
            (1000 - inset, 1000 - inset),
            (inset, 1000 - inset),
        ]
        return [list(degrees(west_m + x, y)) for x, y in (*corners, corners[0])]

    rings = [box(0), box(200)[::-1]] if hole else [box(0)]
    return Grid(
        code=code,
        name=f"网格{code[-1]}",
        village_code=code[:12],
        village_name="临江村",
        polygon={"type": "Polygon", "coordinates": rings},
    )


def degrees(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of 30 N 120 E as (lng, lat)."""
    lat = 30.0 + y / METRES_PER_DEGREE
    return 120.0 + x / (METRES_PER_DEGREE * math.cos(math.radians(30.005))), lat


def located(x: float, y: float, *grids: Grid) -> StepResult:
    lng, lat = degrees(x, y)
    return locate.run(at((lat, lng)), replace(reference(), grids=GridMap(grids)))


@pytest.mark.parametrize(("metres", "inside"), [(1, True), (499, True), (501, False)])
def test_the_nearest_within_500_metres(metres: int, inside: bool) -> None:
    result = located(-metres, 500, square("330114007200001", 0), square("330114007200002", 1000))
    assert result.ok is inside
    assert result.data["distance_m"] == pytest.approx(metres, abs=1)
    assert (result.context.grid is not None) is inside
    if inside:
        assert result.context.grid is not None
        assert result.context.grid.code == "330114007200001"
        assert "边界外约" in result.context.location_flag


@pytest.mark.parametrize(
    ("x", "code", "metres"), [(1100, "330114007200001", 100), (1600, "330114007200002", 200)]
)
def test_between_two_grids_the_nearer_takes_it(x: float, code: str, metres: int) -> None:
    result = located(x, 500, square("330114007200001", 0), square("330114007200002", 1800))
    assert result.context.grid is not None
    assert result.context.grid.code == code
    assert result.data["distance_m"] == pytest.approx(metres, abs=1)


def test_a_hole_belongs_to_the_nearest() -> None:
    result = located(500, 450, square("330114007200001", 0, hole=True))
    assert result.ok
    assert result.data["distance_m"] == pytest.approx(250, abs=1)
    assert "归入最近的网格1" in result.reason
