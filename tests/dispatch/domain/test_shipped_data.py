"""The files a township starts from: complete, consistent, drawable."""

from __future__ import annotations

import json
from datetime import date

import pytest
import shapely
from shapely.geometry import shape

from dispatch.domain.seeding import DATA
from dispatch.enums import CalendarDayType
from reports.domain.seeding import DATA as REPORTS_DATA
from reports.domain.seeding import read_data
from reports.enums import Urgency

TREE = read_data("categories.json", shipped=REPORTS_DATA, folder=None)["categories"]
LEAVES = [row for row in TREE if row["parent"]]
GRIDS = read_data("grids.geojson", shipped=REPORTS_DATA, folder=None)["features"]
VILLAGES = read_data("villages.geojson", shipped=REPORTS_DATA, folder=None)["features"]
DEPARTMENTS = read_data("departments.json", shipped=DATA, folder=None)["departments"]
DAYS = read_data("calendar_days.json", shipped=DATA, folder=None)["days"]


def test_the_tree_is_ten_by_six() -> None:
    tops = [row["code"] for row in TREE if not row["parent"]]
    assert tops == [f"{number:02d}" for number in range(1, 11)]
    assert [row["code"] for row in LEAVES] == [
        f"{top}{number:02d}" for top in tops for number in range(1, 7)
    ]


def test_every_leaf_is_usable() -> None:
    known = {row["code"] for row in DEPARTMENTS}
    for row in LEAVES:
        assert row["code"].startswith(row["parent"])
        assert row["urgency"] in Urgency.values
        assert row["handling"]["hours"] > 0
        assert 30 <= row["radius_m"] <= 300
        assert {row["lead"], *row["assisting"]} <= known
        assert row["dims"]
        assert not (row["confidential"] and row["public_default"])


def test_mortal_danger_always_has_a_prompt() -> None:
    urgent = [
        row
        for row in LEAVES
        if row["urgency"] == "P0"
        or any(limit["urgency"] == "P0" for limit in row.get("handling_by_urgency", ()))
    ]
    assert urgent
    assert all(row["safety_prompt"] for row in urgent)


def test_grids_tile_their_villages() -> None:
    polygons = [shape(row["geometry"]) for row in GRIDS]
    assert len(GRIDS) == 30
    assert all(polygon.is_valid for polygon in polygons)
    assert all(shapely.is_ccw(shapely.get_exterior_ring(polygon)) for polygon in polygons)
    assert shapely.coverage_is_valid(polygons)
    outlines = {row["properties"]["code"]: shape(row["geometry"]) for row in VILLAGES}
    for row, polygon in zip(GRIDS, polygons, strict=True):
        properties = row["properties"]
        assert len(properties["code"]) == 15
        assert properties["code"].startswith(properties["village_code"])
        assert "示例" in properties["name"]
        assert outlines[properties["village_code"]].covers(polygon)


def test_every_village_has_a_department() -> None:
    villages = {
        row["properties"]["village_code"]: row["properties"]["village_name"] for row in GRIDS
    }
    assert len(villages) == 6
    assert villages == {
        row["village_code"]: row["name"] for row in DEPARTMENTS if row.get("village_code")
    }


@pytest.mark.parametrize(("year", "off", "worked"), [(2025, 28, 5), (2026, 33, 6)])
def test_the_calendar_is_that_of_the_notices(year: int, off: int, worked: int) -> None:
    days = {row["date"]: row for row in DAYS if row["date"].startswith(str(year))}
    kinds = [row["type"] for row in days.values()]
    assert kinds.count(CalendarDayType.HOLIDAY) == off
    assert kinds.count(CalendarDayType.MAKEUP) == worked
    for day, row in days.items():
        if row["type"] == CalendarDayType.MAKEUP:
            assert date.fromisoformat(day).weekday() >= 5
    assert days[f"{year}-10-01"]["type"] == CalendarDayType.HOLIDAY


def test_every_file_is_json_an_operator_can_read() -> None:
    for folder in (DATA, REPORTS_DATA):
        for path in folder.rglob("*.json"):
            text = path.read_text(encoding="utf-8")
            json.loads(text)
            assert "\\u" not in text
