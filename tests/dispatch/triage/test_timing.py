from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.test import Client

from dispatch.models import UrgencyRule
from dispatch.triage.pipeline import run_triage
from dispatch.triage.timing import TimeRule, raise_by_time, read_time_rules
from reports.enums import Urgency
from tests.dispatch.factories import make_report

pytestmark = pytest.mark.usefixtures("township")
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
SUNDAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NEW_YEAR = datetime(2026, 1, 1, 4, 0, tzinfo=UTC)
AUGUST = datetime(2026, 8, 5, 4, 0, tzinfo=UTC)


def after(urgency: str, code: str, text: str, at: datetime) -> tuple[str, str]:
    raised, rule = raise_by_time(Urgency(urgency), read_time_rules(), code=code, text=text, at=at)
    return str(raised), rule


@pytest.mark.parametrize(
    ("urgency", "code", "text", "at", "raised"),
    [
        ("P2", "0303", "路灯不亮", NIGHT, "P1"),
        ("P2", "0303", "路灯不亮", NOON, "P2"),
        ("P1", "0303", "路灯不亮", NIGHT, "P1"),
        ("P0", "0303", "路灯不亮", NIGHT, "P0"),
        ("P2", "0401", "垃圾", NIGHT, "P2"),
        ("P1", "0503", "烧秸秆火很大快烧到房子", NIGHT, "P0"),
        ("P1", "0503", "有人烧垃圾", NIGHT, "P1"),
        ("P1", "0505", "水倒灌进来了", AUGUST, "P0"),
        ("P1", "0505", "水倒灌进来了", NOON, "P1"),
        ("P2", "0301", "路上结冰打滑", NEW_YEAR, "P1"),
    ],
)
def test_the_shipped_table(urgency: str, code: str, text: str, at: datetime, raised: str) -> None:
    assert after(urgency, code, text, at)[0] == raised


def test_rest_days_follow_the_calendar() -> None:
    rest = TimeRule("休息日", day_scope="restday")
    assert rest.fits(code="0104", text="", at=SUNDAY)
    assert rest.fits(code="0104", text="", at=NEW_YEAR)
    assert not rest.fits(code="0104", text="", at=NOON)


def test_hours_wrap_around_midnight_and_end_before_their_end() -> None:
    night = TimeRule("夜里", hour_from=time(22), hour_to=time(6))
    assert night.fits(code="", text="", at=NIGHT)
    assert night.fits(code="", text="", at=datetime(2026, 11, 23, 21, 59, tzinfo=UTC))  # 05:59
    assert not night.fits(code="", text="", at=datetime(2026, 11, 23, 22, 0, tzinfo=UTC))  # 06:00


def test_the_reason_is_shown_and_the_wish_only_noted() -> None:
    report = make_report(text="从桥头到村委这段路灯全不亮", now=NIGHT, urgent=True)
    run = run_triage(report.pk, now=NIGHT)
    assert run is not None
    assert run.ticket.urgency == "P1"
    step = next(row for row in run.steps if row["step"] == "prioritise")
    assert step["data"]["time_rule"] == "夜间路灯不亮"
    assert "夜间路灯不亮" in step["reason"]
    assert "仅供参考" in step["reason"]
    assert step["data"]["resident_says_urgent"] is True


def test_the_wish_alone_raises_nothing() -> None:
    report = make_report(text="村口垃圾堆成山没人清运", now=NOON, urgent=True)
    run = run_triage(report.pk, now=NOON)
    assert run is not None
    assert run.ticket.urgency == "P2"


def form(**values: object) -> dict[str, object]:
    shown = {"order": 5, "name": "试", "categories": "0303", "words": "", "day_scope": "any"}
    return {**shown, "highest": "P1", "is_active": "on", **values}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hour_from": "18:00"}, "hour_to"),
        ({}, "day_scope"),
        ({"month_from": 13, "month_to": 2}, "month_from"),
        ({"day_scope": "restday", "highest": "P2"}, "highest"),
        ({"day_scope": "restday", "highest": "P0"}, "words"),
        ({"day_scope": "restday", "categories": "9999"}, "categories"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    admin_client: Client, values: dict[str, object], field: str
) -> None:
    answer = admin_client.post("/admin/dispatch/urgencyrule/add/", form(**values))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not UrgencyRule.objects.filter(name="试").exists()


def test_every_shipped_rule_can_be_saved_as_it_is(admin_client: Client) -> None:
    for rule in UrgencyRule.objects.all():
        values = form(
            name=rule.name,
            categories=rule.categories,
            words="、".join(rule.words),
            hour_from=rule.hour_from or "",
            hour_to=rule.hour_to or "",
            month_from=rule.month_from or "",
            month_to=rule.month_to or "",
            day_scope=rule.day_scope,
            highest=rule.highest,
        )
        answer = admin_client.post(f"/admin/dispatch/urgencyrule/{rule.pk}/change/", values)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
