from __future__ import annotations

from typing import Any

import pytest

from reports.domain.gridfiles.faults import FaultCode
from tests.reports.domain.gridfiles.maps import check, codes, collection, fault, feature, ring
from xiangcun.lib.geo import from_wgs84

C = FaultCode
ROWS = [feature(number, [ring(number - 1, row)]) for row in range(3) for number in (1, 2, 3)]
for number, row in enumerate(ROWS, start=1):
    row["properties"]["code"] = f"330114007200{number:03d}"


def shifted(kind: str, rows: list[dict[str, Any]] = ROWS) -> bytes:
    """The map as somebody exports it from a map of that kind."""
    moved = []
    for row in rows:
        points = [
            from_wgs84(lat, lng, kind)[::-1] for lng, lat in row["geometry"]["coordinates"][0]
        ]
        moved.append({**row, "geometry": {"type": "Polygon", "coordinates": [points]}})
    return collection(*moved)


def test_it_works() -> None:
    checked = check(collection(*ROWS), *ROWS)
    assert {row.code for row in checked.faults} == set()


@pytest.mark.parametrize(
    ("kind", "code"), [("gcj02", C.LOOKS_LIKE_GCJ02), ("bd09", C.LOOKS_LIKE_BD09)]
)
def test_data_of_another_system_is_seen(kind: str, code: C) -> None:
    checked = check(shifted(kind), *ROWS)
    assert codes(checked) == {code}
    assert "坐标系很可能选错了" in fault(checked, code).message


def test_the_shift_is_said_in_metres() -> None:
    message = fault(check(shifted("gcj02"), *ROWS), C.LOOKS_LIKE_GCJ02).message
    metres = int(message.split("偏移约 ")[1].split(" ")[0])
    assert 400 < metres < 600


def test_data_declared_shifted_that_is_not() -> None:
    checked = check(collection(*ROWS), *ROWS, coord_type="gcj02")
    assert codes(checked) == {C.LOOKS_LIKE_WGS84}


@pytest.mark.parametrize("kind", ["wgs84", "gcj02", "bd09"])
def test_auto_finds_the_system(kind: str) -> None:
    checked = check(shifted(kind), *ROWS, coord_type="auto")
    assert checked.coord_type == kind
    assert codes(checked) == (set() if kind == "wgs84" else {C.COORD_TYPE_DETECTED})
    first = checked.grids[0].shape.bounds
    assert first == pytest.approx((120.49, 30.29, 120.50, 30.30), abs=1e-6)


def test_a_part_of_the_map_is_held_against_its_own_grids() -> None:
    checked = check(shifted("gcj02", ROWS[:2]), *ROWS)
    assert C.LOOKS_LIKE_GCJ02 in codes(checked)


@pytest.mark.parametrize("declared", ["wgs84", "auto"])
def test_without_a_map_it_is_said_that_nobody_checked(declared: str) -> None:
    checked = check(collection(*ROWS), coord_type=declared)
    found = fault(checked, C.COORD_TYPE_UNCHECKED)
    assert not found.is_error
    assert "GCJ-02" in found.message
    assert check(shifted("gcj02"), coord_type="gcj02").faults == ()


def test_a_map_somewhere_else_is_said() -> None:
    elsewhere = [feature(number, [ring(number + 40)]) for number in (51, 52)]
    checked = check(collection(*elsewhere), *ROWS, replace=True)
    assert codes(checked) == {C.OUTLINE_DIFFERS}
    automatic = check(collection(*elsewhere), *ROWS, replace=True, coord_type="auto")
    assert C.OUTLINE_DIFFERS in codes(automatic)
    assert automatic.coord_type == "wgs84"


def test_faults_are_drawn_where_they_are() -> None:
    hole = [[x + 0.002, y + 0.002] for x, y in ring(side=0.004)][::-1]
    row = feature(1)
    moved = [
        [from_wgs84(lat, lng, "gcj02")[::-1] for lng, lat in points] for points in (ring(), hole)
    ]
    row["geometry"]["coordinates"] = moved
    where = fault(check(collection(row), coord_type="gcj02"), C.HOLE).geometry
    assert where is not None
    lng, lat = where["coordinates"][0][0]  # type: ignore[index]
    assert lng == pytest.approx(120.492, abs=0.0041)
    assert lat == pytest.approx(30.292, abs=0.0041)
    assert lng < 120.4965
