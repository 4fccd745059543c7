from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import TriageContext
from dispatch.triage.gridmap import GridMap
from dispatch.triage.steps import locate
from tests.dispatch.triage.shipped import context, reference
from xiangcun.lib.geo import ShiftHint, from_wgs84

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
