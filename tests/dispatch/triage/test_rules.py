from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from dispatch.enums import CalendarDayType
from dispatch.models import CalendarDay
from dispatch.triage.context import TriageContext
from dispatch.triage.rules import Duty, Rule, fits
from reports.enums import Channel, ReportKind, ResidentRole, Urgency
from tests.dispatch.triage.shipped import context, reference

pytestmark = pytest.mark.django_db

DUTY = Duty(reference().duties["0401"].lead)
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def filed(**extra: object) -> TriageContext:
    place = reference().grids.locate(30.31, 120.5)
    assert place is not None
    found = context(
        "垃圾堆在学校门口没人清",
        urgency=Urgency.P1,
        channel=Channel.H5,
        reporter_role=ResidentRole.GRID,
        kind=ReportKind.PROBLEM,
        **extra,
    )
    return replace(found, category=reference().categories["0401"], grid=place.grid)


def rule(**conditions: object) -> Rule:
    return Rule(name="规则", duty=DUTY, **conditions)  # type: ignore[arg-type]


ALONE: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"categories": ("04",)}, {"categories": ("05", "0402")}),
    ({"grids": ("330114007", "9")}, {"grids": ("330115",)}),
    ({"urgencies": ("P0", "P1")}, {"urgencies": ("P2",)}),
    ({"channels": ("h5",)}, {"channels": ("miniprogram", "open311")}),
    ({"roles": ("grid",)}, {"roles": ("resident",)}),
    ({"kinds": ("problem", "opinion")}, {"kinds": ("consultation",)}),
    ({"words": ("烧烤", "垃圾…清")}, {"words": ("烧烤",)}),
    ({"words_all": ("垃圾", "学校")}, {"words_all": ("垃圾", "医院")}),
    ({"words_none": ("医院",)}, {"words_none": ("医院", "学校")}),
    (
        {"hour_from": time(12), "hour_to": time(12, 1)},
        {"hour_from": time(11), "hour_to": time(12)},
    ),
    ({"day_scope": "workday"}, {"day_scope": "restday"}),
]


@pytest.mark.parametrize(("yes", "no"), ALONE)
def test_it_works(yes: dict[str, object], no: dict[str, object]) -> None:
    assert fits(rule(**yes), filed())
    assert not fits(rule(**no), filed())


def test_conditions_are_joined_by_and() -> None:
    everything: dict[str, object] = {}
    for yes, _no in ALONE:
        everything |= yes
    assert fits(rule(**everything), filed())
    for _yes, no in ALONE:
        assert not fits(rule(**{**everything, **no}), filed())


@pytest.mark.parametrize(
    ("utc_hour", "minute", "inside"),
    [(13, 59, False), (14, 0, True), (15, 59, True), (16, 0, True), (21, 59, True), (22, 0, False)],
)
def test_hours_span_midnight(utc_hour: int, minute: int, inside: bool) -> None:
    night = rule(hour_from=time(22), hour_to=time(6))
    at = datetime(2026, 11, 24, utc_hour, minute, tzinfo=UTC)
    assert fits(night, filed(submitted_at=at)) is inside


@pytest.mark.parametrize(
    ("day", "scopes"),
    [
        (date(2027, 3, 2), {"any", "workday"}),  # a Tuesday
        (date(2027, 3, 6), {"any", "restday"}),  # a Saturday
        (date(2027, 3, 3), {"any", "restday", "holiday"}),  # a Wednesday off
        (date(2027, 3, 7), {"any", "workday", "makeup"}),  # a Sunday worked
    ],
)
def test_days_are_those_of_the_calendar(day: date, scopes: set[str]) -> None:
    CalendarDay.objects.create(date=date(2027, 3, 3), type=CalendarDayType.HOLIDAY, name="节")
    CalendarDay.objects.create(date=date(2027, 3, 7), type=CalendarDayType.MAKEUP, name="调休")
    at = datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)
    found = {
        scope
        for scope in ("any", "workday", "restday", "holiday", "makeup")
        if fits(rule(day_scope=scope), filed(submitted_at=at))
    }
    assert found == scopes
