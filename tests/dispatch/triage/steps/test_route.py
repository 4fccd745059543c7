from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Reference, Rule
from dispatch.triage.steps import route
from reports.enums import Urgency
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
