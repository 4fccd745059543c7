from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from dispatch.models import Department
from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Duty, Reference, Rule
from dispatch.triage.steps import route
from reports.enums import ReportKind, Urgency
from tests.dispatch.triage.shipped import context, reference

pytestmark = pytest.mark.django_db

POLICE = reference().duties["0203"]
NIGHT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
SATURDAY = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def filed(text: str, code: str, **extra: object) -> TriageContext:
    place = reference().grids.locate(30.31, 120.5)
    assert place is not None
    return replace(context(text, **extra), category=reference().categories[code], grid=place.grid)


def with_rule(**conditions: object) -> Reference:
    rule = Rule(name="规则", duty=POLICE, **conditions)  # type: ignore[arg-type]
    return replace(reference(), rules=(rule,))


def lead_code(result: StepResult) -> str:
    assert result.context.lead is not None
    return result.context.lead.code


def test_it_works() -> None:
    result = route.run(filed("垃圾没人清", "0401"), reference())
    assert result.ok
    assert lead_code(result) == "sanitation"
    assert [row.village_code for row in result.context.assisting] == [
        result.context.grid and result.context.grid.village_code
    ]


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"categories": ("04",)}, True),
        ({"categories": ("0401", "05")}, True),
        ({"categories": ("0402",)}, False),
        ({"grids": ("330114007",)}, True),
        ({"grids": ("330115",)}, False),
        ({"urgencies": ("P2", "P3")}, True),
        ({"urgencies": ("P0",)}, False),
        ({"words": ("烧烤", "垃圾…清")}, True),
        ({"words": ("烧烤",)}, False),
        ({"hour_from": time(11), "hour_to": time(12)}, False),
        ({"hour_from": time(12), "hour_to": time(13)}, True),
        ({"hour_from": time(22), "hour_to": time(6)}, False),
        ({"hour_from": time(12)}, True),
        ({"hour_to": time(12)}, False),
        ({"day_scope": "workday"}, True),
        ({"day_scope": "restday"}, False),
    ],
)
def test_a_rule_fits_when_every_condition_does(conditions: dict[str, object], fits: bool) -> None:
    result = route.run(filed("垃圾没人清", "0401", urgency=Urgency.P2), with_rule(**conditions))
    assert (lead_code(result) == "police") is fits
    assert (result.data["rule"] == "规则") is fits


def test_hours_span_midnight() -> None:
    rules = with_rule(hour_from=time(22), hour_to=time(6))
    assert lead_code(route.run(filed("垃圾", "0401", submitted_at=NIGHT), rules)) == "police"


def test_rest_days_are_those_of_the_calendar() -> None:
    rules = with_rule(day_scope="restday")
    assert lead_code(route.run(filed("垃圾", "0401", submitted_at=SATURDAY), rules)) == "police"


def test_the_first_rule_wins() -> None:
    sanitation = reference().duties["0401"]
    rules = (Rule("一", POLICE), Rule("二", sanitation))
    result = route.run(filed("垃圾", "0401"), replace(reference(), rules=rules))
    assert lead_code(result) == "police"


def test_the_village_is_that_of_the_grid() -> None:
    result = route.run(filed("垃圾分类", "0405"), reference())
    assert result.context.lead is not None
    assert result.context.grid is not None
    assert result.context.lead.village_code == result.context.grid.village_code
    lost = replace(filed("垃圾分类", "0405"), grid=None)
    assert not route.run(lost, reference()).ok


def test_without_category_or_duty_a_person_decides() -> None:
    assert not route.run(context("垃圾"), reference()).ok
    assert not route.run(filed("垃圾", "0401"), replace(reference(), duties={})).ok


@pytest.mark.parametrize(
    ("text", "code", "ok"),
    [
        ("举报城管执法队收了钱不管小摊", "0702", False),
        ("综合行政执法队不作为", "0702", False),
        ("店外经营影响走路，投诉过没用", "0702", True),
        ("投诉前悦社区垃圾不分类", "0405", True),
    ],
)
def test_it_never_sends_a_complaint_to_those_complained_of(text: str, code: str, ok: bool) -> None:
    assert route.run(filed(text, code), reference()).ok is ok


def test_an_inactive_department_takes_no_work() -> None:
    duty = reference().duties["0401"]
    closed = type(duty.lead)(code="closed", name="已撤单位", is_active=False)
    duties = {"0401": replace(duty, lead=closed)}
    assert not route.run(filed("垃圾", "0401"), replace(reference(), duties=duties)).ok


VILLAGE = Department(code="village", name="属地村（社区）", is_active=False)
CLOSED = Department(code="closed", name="已撤单位", is_active=False)


def test_a_broken_rule_is_skipped_and_named() -> None:
    rules = (
        Rule("坏", reference().duties["0401"], id=1, fault="“包含任一词语”的数据已损坏"),
        Rule("撤", Duty(CLOSED), id=2),
        Rule("不符", POLICE, id=3, categories=("05",), fault="也坏了"),
        Rule("好", POLICE, id=4, version=NIGHT),
        Rule("没轮到", POLICE, id=5, fault="坏了"),
    )
    result = route.run(filed("垃圾", "0401"), replace(reference(), rules=rules))
    assert result.ok
    assert lead_code(result) == "police"
    assert (result.data["rule"], result.data["rule_id"]) == ("好", 4)
    assert result.data["rule_version"] == NIGHT.isoformat()
    assert result.data["skipped"] == [
        {"rule": "坏", "rule_id": 1, "reason": "“包含任一词语”的数据已损坏"},
        {"rule": "撤", "rule_id": 2, "reason": "主办单位“已撤单位”已停用"},
    ]
    assert "跳过 2 条有误的规则" in result.reason


def test_a_rule_for_the_village_is_skipped_where_there_is_none() -> None:
    rules = (Rule("属地", Duty(VILLAGE), id=1), Rule("好", POLICE, id=2))
    own = route.run(filed("垃圾", "0401"), replace(reference(), rules=rules))
    assert own.data["rule_id"] == 1
    lost = route.run(replace(filed("垃圾", "0401"), grid=None), replace(reference(), rules=rules))
    assert lost.data["rule_id"] == 2
    assert lost.data["skipped"][0]["reason"] == "无法确定属地村社"  # type: ignore[index]


def test_a_complaint_goes_to_the_command_room_with_a_suggestion() -> None:
    result = route.run(filed("举报城管收了钱不管小摊", "0702"), reference())
    assert not result.ok
    assert result.context.lead is None
    assert result.data["conflict"] == {
        "department": "enforcement",
        "why": "被投诉或举报",
        "suggested": "command",
    }
    assert "建议由综合信息指挥室承办" in result.reason


def test_the_neutral_department_is_that_of_the_office() -> None:
    departments = dict(reference().departments)
    by_code = {row.code: row for row in departments.values()}
    accused, neutral = copy(by_code["enforcement"]), by_code["discipline"]
    accused.conflict_department_id = neutral.pk
    departments[accused.pk] = accused
    rules = (Rule("规则", Duty(accused)),)
    found = replace(reference(), departments=departments, rules=rules)
    result = route.run(filed("举报城管收了钱不管小摊", "0702"), found)
    assert result.data["conflict"]["suggested"] == "discipline"  # type: ignore[index]
    both = route.run(filed("举报城管收钱，街道纪工委也不作为", "0702"), found)
    assert both.data["conflict"]["suggested"] == "command"  # type: ignore[index]


def test_those_complained_of_do_not_assist() -> None:
    village = reference().villages["330114007001"]
    text = "垃圾没人清，村干部不作为"
    result = route.run(filed(text, "0401"), reference())
    assert result.ok
    grid = result.context.grid
    assert grid is not None
    own = reference().villages[grid.village_code]
    assert result.context.assisting == ()
    assert result.data["assisting_removed"] == [own.code]
    assert village.village_code


def test_praise_is_no_complaint() -> None:
    praised = filed("以前投诉执法队，现在执法队不再推诿了", "0702", kind=ReportKind.PRAISE)
    assert route.run(praised, reference()).ok


def test_it_writes_down_what_was_known() -> None:
    result = route.run(filed("垃圾", "0401", urgency=Urgency.P1, channel="h5"), reference())
    grid = result.context.grid
    assert grid is not None
    assert result.data["given"] == {
        "category": "0401",
        "urgency": "P1",
        "grid": grid.code,
        "channel": "h5",
        "role": "resident",
    }
