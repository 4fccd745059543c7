from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

import pytest

from dispatch.models import Department
from dispatch.triage.rule_checks import Draft, Fault, Known, find_faults, make_rule
from dispatch.triage.rule_shadows import covers, shadowing
from dispatch.triage.rules import Duty, Rule

GRID = "330114007202001"
KNOWN = Known(
    departments={
        1: Department(pk=1, code="sanitation", name="环卫所"),
        2: Department(pk=2, code="closed", name="旧单位", is_active=False),
        3: Department(pk=3, code="village", name="属地村（社区）", is_active=False),
        4: Department(pk=4, code="v", name="三丰村", village_code=GRID[:12]),
    },
    codes=frozenset({"04", "0401", "0402", "05", "0501"}),
    leaves=frozenset({"0401", "0402"}),
    grid_codes=frozenset({GRID, "330114007200001", "330114007999001"}),
    grids={GRID: GRID[:12], "330114007200001": "330114007200"},
)


def draft(lists: Mapping[str, object] | None = None, **changes: Any) -> Draft:
    return Draft(**{"name": "规则", "lead_id": 1, "lists": lists or {}, **changes})


def codes(found: list[Fault]) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in found}


def test_it_works() -> None:
    lists = {"categories": ["04", "0401"], "grids": [GRID[:12]], "words": ["垃圾", "没人…清"]}
    assert find_faults(draft(lists, assisting_ids=(3,)), KNOWN) == []


@pytest.mark.parametrize(
    ("lists", "changes", "field", "code", "fatal"),
    [
        ({"categories": ["9"]}, {}, "categories", "unknown_category", False),
        ({"categories": ["9"]}, {}, "categories", "never_matches", False),
        ({"categories": ["05", "0401"]}, {}, "categories", "no_active_leaf", False),
        ({"categories": "0401"}, {}, "categories", "bad_data", True),
        ({"categories": [401]}, {}, "categories", "bad_data", True),
        ({"grids": ["110"]}, {}, "grids", "unknown_grid", False),
        ({"grids": ["330114007999001"]}, {}, "grids", "no_active_grid", False),
        ({"urgencies": ["P7"]}, {}, "urgencies", "unknown_urgency", True),
        ({"channels": ["fax"]}, {}, "channels", "unknown_channel", True),
        ({"roles": ["mayor"]}, {}, "roles", "unknown_role", True),
        ({"kinds": ["joke"]}, {}, "kinds", "unknown_kind", True),
        ({"words": ["垃圾", " "]}, {}, "words", "empty_word", True),
        ({"words": {"a": 1}}, {}, "words", "bad_data", True),
        ({"words": None}, {}, "words", "bad_data", True),
        ({"words_all": ["……"]}, {}, "words_all", "empty_pattern", True),
        ({"words": ["字" * 31]}, {}, "words", "word_too_long", False),
        ({"words": ["垃圾", "垃圾"]}, {}, "words", "duplicate", False),
        ({"words": ["垃圾堆"], "words_none": ["垃圾"]}, {}, "words_none", "never_matches", False),
        ({}, {"hour_from": time(22)}, "hour_to", "hours_half", True),
        ({}, {"hour_to": time(22)}, "hour_from", "hours_half", True),
        ({}, {"hour_from": time(6), "hour_to": time(6)}, "hour_to", "hours_equal", True),
        ({}, {"day_scope": "funday"}, "day_scope", "unknown_day_scope", True),
        ({}, {"lead_id": 2}, "lead", "department_inactive", True),
        ({}, {"assisting_ids": (1,)}, "assisting", "lead_assists", False),
        ({}, {"assisting_ids": (2,)}, "assisting", "department_inactive", False),
        ({"grids": ["330114007200"]}, {"lead_id": 3}, "lead", "no_village", True),
    ],
)
def test_it_finds_what_is_wrong(
    lists: dict[str, object], changes: dict[str, Any], field: str, code: str, fatal: bool
) -> None:
    found = find_faults(draft(lists, **changes), KNOWN)
    assert (field, code) in codes(found)
    fault = next(row for row in found if (row.field, row.code) == (field, code))
    assert fault.fatal is fatal
    rule = make_rule(draft(lists, **changes), KNOWN)
    assert rule is not None
    assert (fault.message in rule.fault) is fatal


def test_without_a_department_there_is_no_rule() -> None:
    assert make_rule(draft(lead_id=77), KNOWN) is None


def rule(name: str = "规则", **conditions: Any) -> Rule:
    return Rule(name=name, duty=Duty(KNOWN.departments[1]), **conditions)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({}, {"categories": ("0401",), "words": ("垃圾",)}),
        ({"categories": ("04",)}, {"categories": ("0401",)}),
        ({"categories": ("0401", "0402")}, {"categories": ("04",)}),
        ({"grids": (GRID[:12],)}, {"grids": (GRID,)}),
        ({"urgencies": ("P0", "P1")}, {"urgencies": ("P1",)}),
        ({"words": ("垃圾", "臭")}, {"words": ("垃圾堆",)}),
        ({"words": ("垃圾",)}, {"words_all": ("学校", "垃圾堆")}),
        ({"words_all": ("垃圾",)}, {"words_all": ("垃圾", "学校")}),
        ({"words_none": ("学校门口",)}, {"words_none": ("学校",)}),
        (
            {"hour_from": time(20), "hour_to": time(8)},
            {"hour_from": time(22), "hour_to": time(6)},
        ),
        ({"day_scope": "restday"}, {"day_scope": "holiday"}),
        ({"day_scope": "workday"}, {"day_scope": "makeup"}),
    ],
)
def test_a_wider_rule_shadows(wide: dict[str, Any], narrow: dict[str, Any]) -> None:
    assert covers(rule(**wide), rule(**narrow), KNOWN)
    same_reach = wide.get("grids") or wide.get("categories") == ("0401", "0402")
    assert covers(rule(**narrow), rule(**wide), KNOWN) is bool(same_reach)


def test_an_unlike_rule_does_not_shadow() -> None:
    assert not covers(rule(words=("垃圾", "臭")), rule(words=("垃圾", "路灯")), KNOWN)
    assert not covers(
        rule(hour_from=time(22), hour_to=time(6)),
        rule(hour_from=time(5), hour_to=time(23)),
        KNOWN,
    )


def test_the_first_sound_one_is_named() -> None:
    earlier = [rule("坏", fault="坏了"), rule("窄", words=("臭",)), rule("宽"), rule("更宽")]
    found = shadowing(rule(categories=("0401",)), earlier, KNOWN)
    assert found is not None
    assert found.name == "宽"
