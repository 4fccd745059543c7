from __future__ import annotations

from typing import Any

import pytest

from reports.domain.gridfiles.faults import FaultCode
from tests.reports.domain.gridfiles.maps import (
    VILLAGE,
    check,
    codes,
    collection,
    fault,
    feature,
    landmark,
    ring,
)

C = FaultCode


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"code": None}, C.CODE_MISSING),
        ({"code": ""}, C.CODE_MISSING),
        ({"code": True}, C.CODE_MISSING),
        ({"code": {"a": 1}}, C.CODE_MISSING),
        ({"code": "33011400720001"}, C.CODE_INVALID),
        ({"code": "33011400720000１"}, C.CODE_INVALID),
        ({"code": "<script>alert(1)</script>"}, C.CODE_INVALID),
        ({"village_code": "330114007201"}, C.VILLAGE_CODE_MISMATCH),
        ({"name": None}, C.NAME_MISSING),
        ({"name": "  "}, C.NAME_MISSING),
        ({"name": "网" * 61}, C.NAME_TOO_LONG),
        ({"village_name": None}, C.VILLAGE_NAME_MISSING),
        ({"village_name": "村" * 41}, C.NAME_TOO_LONG),
        ({"households": "很多"}, C.NUMBER_INVALID),
        ({"households": -3}, C.NUMBER_INVALID),
        ({"population": "不详"}, C.NUMBER_INVALID),
        ({"households": "0" * 9 + "9" * 9}, C.NUMBER_INVALID),
    ],
)
def test_it_validates_properties(properties: dict[str, Any], code: C) -> None:
    checked = check(collection(feature(1, **properties)))
    assert codes(checked) == {code}
    assert fault(checked, code).features == (0,)
    assert not checked.grids


@pytest.mark.parametrize("code", [330114007200001, 330114007200001.0, " 330114007200001 "])
def test_a_code_may_have_been_through_a_spreadsheet(code: object) -> None:
    assert check(collection(feature(1, code=code))).grids[0].record.code == f"{VILLAGE}001"


def test_two_grids_of_one_code() -> None:
    checked = check(collection(feature(1), feature(2, code=f"{VILLAGE}001")))
    assert codes(checked) == {C.CODE_DUPLICATE}
    assert fault(checked, C.CODE_DUPLICATE).features == (0, 1)


def test_chinese_headings_are_guessed() -> None:
    row = feature(1)
    row["properties"] = {
        "网格编码": f"{VILLAGE}001",
        "网格名称": "一网格",
        "所属村社": "临江村",
        "户数": "88",
    }
    record = check(collection(row)).grids[0].record
    assert (record.name, record.village_name, record.households) == ("一网格", "临江村", 88)


def test_other_headings_are_named() -> None:
    row = feature(1)
    row["properties"] = {"BH": f"{VILLAGE}001", "MC": "一网格", "SSC": "临江村"}
    assert C.CODE_MISSING in codes(check(collection(row)))
    columns = {"code": "BH", "name": "MC", "village_name": "SSC"}
    assert codes(check(collection(row), columns=columns)) == set()
    typo = check(collection(row), columns={**columns, "name": "MX"})
    assert C.FIELD_UNKNOWN in codes(typo)
    assert "“MX”" in fault(typo, C.FIELD_UNKNOWN).message
    assert "BH" in fault(typo, C.FIELD_UNKNOWN).message


def test_a_village_is_known_from_the_map_or_from_its_other_grids() -> None:
    bare = feature(2, village_name=None)
    assert codes(check(collection(feature(1), bare))) == set()
    assert codes(check(collection(bare), feature(1))) <= {C.OUTLINE_DIFFERS}
    assert check(collection(bare), feature(1)).grids[0].record.village_name == "临江村"


def test_two_names_of_one_village_are_said() -> None:
    checked = check(collection(feature(1), feature(2, village_name="临江新村")))
    assert codes(checked) == {C.VILLAGE_NAME_DIFFERS}
    assert not checked.errors


def test_grids_of_two_streets_are_said() -> None:
    other = feature(2, code="330114008200001")
    assert codes(check(collection(feature(1), other))) == {C.MIXED_STREETS}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (landmark(None), C.NAME_MISSING),
        (landmark("市" * 41), C.NAME_TOO_LONG),
        (landmark(radius_m=5), C.NUMBER_INVALID),
        (landmark(radius_m=99999), C.NUMBER_INVALID),
        (landmark(point=[30.3, 120.5]), C.COORDINATES_SWAPPED),
        (landmark(point=[]), C.BAD_POSITION),
        (landmark(point=None), C.BAD_POSITION),
    ],
)
def test_it_validates_landmarks(row: dict[str, Any], code: C) -> None:
    checked = check(collection(row, landmark("另一个")))
    assert codes(checked) == {code}


def test_a_landmark_named_twice() -> None:
    checked = check(collection(landmark(), landmark()))
    assert codes(checked) == {C.NAME_DUPLICATE}


def test_aliases_may_be_a_list() -> None:
    rows = check(collection(landmark(aliases=["菜场", "", 5, "菜场"], radius="80"))).landmarks
    assert rows[0].record.aliases == ("菜场", "5")
    assert rows[0].record.radius_m == 80


def test_a_file_of_landmarks_alone() -> None:
    checked = check(collection(landmark()))
    assert codes(checked) == set()
    assert checked.grids == ()
    assert ring()  # squares are of the other tests
