from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.enums import Role, TicketStatus
from dispatch.models import CategoryDuty, RoutingRule, RuleFault, RuleHit, Ticket, TriageRun
from dispatch.triage.pipeline import run_triage
from dispatch.triage.reference import forget_reference
from reports.models import Category
from tests.dispatch.factories import (
    NOW,
    Cast,
    make_category,
    make_report,
    make_staff,
    make_ticket,
)

Browser = Callable[[str], Client]
LIST = "admin:dispatch_routingrule_changelist"
ADD = "admin:dispatch_routingrule_add"


@pytest.fixture(autouse=True)
def _fresh_reference() -> None:
    forget_reference()


def rule(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "order": 5,
        "name": "夜间垃圾",
        "is_active": "on",
        "categories": ["04", "0401"],
        "grids": [cast.grid.code[:12]],
        "urgencies": ["P1", "P2"],
        "words": "垃圾 异味",
        "day_scope": "any",
        "lead": cast.sanitation.pk,
        **changes,
    }


def make_rule(cast: Cast, **extra: Any) -> RoutingRule:
    return RoutingRule.objects.create(**{"name": "规则一", "lead": cast.sanitation, **extra})


def errors_of(client: Client, data: dict[str, Any]) -> Any:
    response = client.post(reverse(ADD), data)
    return {} if response.status_code == 302 else response.context["adminform"].form.errors


def past_tickets(cast: Cast, count: int) -> None:
    """Leave triage runs behind whose route went to sanitation by duty."""
    CategoryDuty.objects.get_or_create(category=cast.category, defaults={"lead": cast.sanitation})
    for _ in range(count):
        report = make_report()
        ticket = make_ticket(cast=cast, report=report)
        given = {"category": "0401", "urgency": "P2", "grid": cast.grid.code}
        TriageRun.objects.create(
            report=report,
            ticket=ticket,
            at=NOW,
            decision="dispatched",
            confidence=0.9,
            steps=[{"step": "route", "ok": True, "reason": "", "data": {"given": given}}],
        )
    forget_reference()


def test_it_works(browser: Browser, cast: Cast) -> None:
    data = rule(cast, channels=["h5"], roles=["grid"], kinds=["problem"], words_none="厕所")
    assert errors_of(browser("administrator"), data) == {}
    made = RoutingRule.objects.get()
    assert made.categories == ["04", "0401"]
    assert made.grids == [cast.grid.code[:12]]
    assert made.urgencies == ["P1", "P2"]
    assert made.words == ["垃圾", "异味"]
    assert (made.channels, made.roles, made.kinds) == (["h5"], ["grid"], ["problem"])
    assert (made.words_all, made.words_none) == ([], ["厕所"])
    page = browser("administrator").get(
        reverse("admin:dispatch_routingrule_change", args=(made.pk,))
    )
    text = page.content.decode()
    assert 'value="垃圾、异味"' in text
    assert '<option value="0401" selected' in text
    assert "0401 暴露/积存垃圾" in text
    assert "临江村（全部网格）" in text
    assert "试运行" in text


@pytest.mark.parametrize(
    ("changes", "field", "code", "message"),
    [
        ({"categories": ["9999"]}, "categories", "unknown_category", "没有编码以“9999”开头"),
        ({"grids": ["110000"]}, "grids", "unknown_grid", "没有编码以“110000”开头的网格"),
        ({"urgencies": ["P7"]}, "urgencies", "unknown_urgency", "没有“P7”"),
        ({"channels": ["fax"]}, "channels", "unknown_channel", "没有“fax”"),
        ({"words": "字" * 31}, "words", "word_too_long", "超过 30 字"),
        ({"words": "垃圾、、臭"}, "words", "empty_word", "空白"),
        ({"words": "垃圾、垃圾"}, "words", "duplicate", "重复"),
        ({"words_all": "…"}, "words_all", "empty_pattern", "只有省略号"),
        ({"words_none": "垃圾，异味"}, "words_none", "never_matches", "永远不会命中"),
        ({"hour_from": "22:00"}, "hour_to", "hours_half", "同时填写"),
        ({"hour_from": "22:00", "hour_to": "22:00"}, "hour_to", "hours_equal", "不能相同"),
        ({"lead": ""}, "lead", "required", "必填"),
        ({"day_scope": "never"}, "day_scope", "invalid_choice", "never"),
        ({"words": "、".join(str(n) for n in range(201))}, "words", "too_many", "最多填写 200 个"),
    ],
)
def test_it_validates_a_rule(
    browser: Browser, cast: Cast, changes: dict[str, Any], field: str, code: str, message: str
) -> None:
    errors = errors_of(browser("administrator"), rule(cast, **changes))
    assert code in {row.code for row in errors[field].as_data()}
    assert message in str(errors[field])
    assert not RoutingRule.objects.exists()


def test_it_validates_departments_and_dead_categories(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    assert "assisting" in errors_of(client, rule(cast, assisting=[cast.sanitation.pk]))
    cast.enforcement.is_active = False
    cast.enforcement.save()
    assert "停用" in str(errors_of(client, rule(cast, lead=cast.enforcement.pk))["lead"])
    assert "assisting" in errors_of(client, rule(cast, assisting=[cast.enforcement.pk]))
    Category.objects.filter(code="0401").update(is_active=False)
    errors = errors_of(client, rule(cast))
    assert "没有启用的小类" in str(errors["categories"])
    assert "永远不会命中" in str(errors["categories"])


def test_a_shadowed_rule_is_saved_with_a_warning(browser: Browser, cast: Cast) -> None:
    make_rule(cast, name="全部垃圾", order=1, categories=["04"])
    response = browser("administrator").post(reverse(ADD), rule(cast), follow=True)
    assert RoutingRule.objects.filter(name="夜间垃圾").exists()
    text = response.content.decode()
    assert "“全部垃圾”已包含这条规则" in text
    assert "不会生效" in text


def test_a_dry_run_shows_and_saves_nothing(browser: Browser, cast: Cast) -> None:
    past_tickets(cast, 3)
    data = rule(cast, urgencies=[], lead=cast.enforcement.pk, trial_size="1000")
    response = browser("administrator").post(reverse("admin:dispatch_routingrule_try_new"), data)
    text = response.content.decode()
    assert response.status_code == 200
    assert "3 张会改派（100%）" in text
    assert response.context["trial"].asked == 1000
    assert Ticket.objects.first().number in text  # type: ignore[union-attr]
    assert Ticket.objects.first().title not in text  # type: ignore[union-attr]
    assert not RoutingRule.objects.exists()
    cast.staff  # noqa: B018 - the cast stays as it was
    made = make_rule(cast, categories=["04"])
    same = rule(cast, name=made.name, order=made.order, categories=["04"], grids=[], urgencies=[])
    url = reverse("admin:dispatch_routingrule_try", args=(made.pk,))
    response = browser("administrator").post(url, {**same, "words": ""})
    assert "派单结果没有变化" in response.content.decode()
    made.refresh_from_db()
    assert made.categories == ["04"]


def test_titles_are_for_those_who_may_see_the_ticket(browser: Browser, cast: Cast) -> None:
    past_tickets(cast, 1)
    both = browser("administrator")
    make_staff("lead", Role.ADMINISTRATOR, cast.room)
    data = rule(cast, urgencies=[], lead=cast.enforcement.pk)
    url = reverse("admin:dispatch_routingrule_try_new")
    ticket = Ticket.objects.get()
    link = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    shown = browser("lead").post(url, data).content.decode()
    assert ticket.title in shown
    assert link in shown
    assert link not in both.post(url, data).content.decode()


def test_a_dry_run_of_a_faulty_rule_names_the_fault(browser: Browser, cast: Cast) -> None:
    url = reverse("admin:dispatch_routingrule_try_new")
    response = browser("administrator").post(url, rule(cast, categories=["9999"]))
    assert response.status_code == 400
    assert "没有编码以“9999”开头" in response.content.decode()


def test_a_wide_rule_is_saved_once_confirmed(browser: Browser, cast: Cast) -> None:
    past_tickets(cast, 20)
    client = browser("administrator")
    data = rule(cast, urgencies=[], lead=cast.enforcement.pk)
    errors = errors_of(client, data)
    assert "20 张（100%）" in str(errors["confirm_wide"])
    assert errors_of(client, {**data, "confirm_wide": "on"}) == {}
    made = RoutingRule.objects.get()
    change = reverse("admin:dispatch_routingrule_change", args=(made.pk,))
    renamed = client.post(change, {**data, "name": "改名", "order": made.order})
    assert renamed.status_code == 302


def test_the_list_shows_hits_and_faults(browser: Browser, cast: Cast) -> None:
    good = make_rule(
        cast, name="好", order=1, categories=["0401"], hour_from="22:00", hour_to="06:00"
    )
    bad = make_rule(cast, name="坏", order=2)
    RoutingRule.objects.filter(pk=bad.pk).update(words="x", grids=[None])
    RuleFault.objects.create(rule=bad, message="旧", since=NOW)
    RuleHit.objects.create(rule=good, day=NOW.date(), hits=4, hit_at=NOW)
    RuleHit.objects.create(
        rule=good, day=NOW.date() - timedelta(days=90), hits=3, skips=1, hit_at=NOW
    )
    text = browser("administrator").get(reverse(LIST)).content.decode()
    assert "共 7 次" in text
    assert "22:00–06:00（跨夜）" in text
    assert "有误，派单时跳过" in text
    assert "的数据已损坏" in text
    assert "2026-11-24 10:00 发现" in text
    change = reverse("admin:dispatch_routingrule_change", args=(bad.pk,))
    page = browser("administrator").get(change).content.decode()
    assert "的数据已损坏" in page


def test_a_broken_rule_is_mended_by_saving(browser: Browser, cast: Cast) -> None:
    bad = make_rule(cast, name="坏")
    RoutingRule.objects.filter(pk=bad.pk).update(words={"a": 1}, urgencies=["P1", "P9"])
    change = reverse("admin:dispatch_routingrule_change", args=(bad.pk,))
    assert "P9（不存在）" in browser("administrator").get(change).content.decode()
    assert browser("administrator").post(change, rule(cast)).status_code == 302
    bad.refresh_from_db()
    assert bad.words == ["垃圾", "异味"]


def test_order_is_edited_in_the_list(browser: Browser, cast: Cast) -> None:
    first, second = make_rule(cast, name="一", order=1), make_rule(cast, name="二", order=2)
    stamp = second.updated_at
    data = {
        "form-TOTAL_FORMS": 2,
        "form-INITIAL_FORMS": 2,
        "form-0-id": first.pk,
        "form-0-order": 1,
        "form-1-id": second.pk,
        "form-1-order": 0,
        "_save": "1",
    }
    client = browser("administrator")
    assert client.post(reverse(LIST), data).status_code == 302
    second.refresh_from_db()
    assert second.order == 0
    assert second.updated_at > stamp
    tried = client.post(reverse("admin:dispatch_routingrule_try_order"), data)
    assert tried.status_code == 200
    for wrong in ("-1", "x", "", "99999999999"):
        answer = client.post(
            reverse("admin:dispatch_routingrule_try_order"), {**data, "form-1-order": wrong}
        )
        assert answer.status_code == 400
    moved = client.post(reverse("admin:dispatch_routingrule_move", args=(first.pk, "up")))
    assert moved.status_code == 302
    assert [row.name for row in RoutingRule.objects.all()] == ["一", "二"]
    gone = client.post(reverse("admin:dispatch_routingrule_move", args=(0, "up")), follow=True)
    assert "没有这条派单规则" in gone.content.decode()


@pytest.mark.parametrize("username", ["lead", "auditor"])
def test_readers_look_and_change_nothing(browser: Browser, cast: Cast, username: str) -> None:
    made = make_rule(cast)
    client = browser(username)
    listing = client.get(reverse(LIST))
    assert listing.status_code == 200
    assert "xc-try" not in listing.content.decode()
    change = reverse("admin:dispatch_routingrule_change", args=(made.pk,))
    page = client.get(change)
    assert page.status_code == 200
    assert "xc-try" not in page.content.decode()
    assert client.post(change, rule(cast)).status_code == 403
    for name, args in WRITES:
        url = reverse(f"admin:dispatch_routingrule_{name}", args=args(made))
        assert client.post(url, rule(cast)).status_code == 403


WRITES: tuple[tuple[str, Callable[[RoutingRule], tuple[Any, ...]]], ...] = (
    ("add", lambda _rule: ()),
    ("try_new", lambda _rule: ()),
    ("try_order", lambda _rule: ()),
    ("try", lambda row: (row.pk,)),
    ("move", lambda row: (row.pk, "up")),
)


@pytest.mark.parametrize("username", ["dispatcher", "sanitation", "sanitation_head", "gridworker"])
def test_others_are_refused(browser: Browser, cast: Cast, username: str) -> None:
    made = make_rule(cast)
    client = browser(username)
    assert client.get(reverse(LIST)).status_code == 403
    for name, args in WRITES:
        url = reverse(f"admin:dispatch_routingrule_{name}", args=args(made))
        assert client.post(url, rule(cast)).status_code == 403


def test_trying_and_moving_are_posted(browser: Browser, cast: Cast) -> None:
    made = make_rule(cast)
    client = browser("administrator")
    for name, args in WRITES[1:]:
        url = reverse(f"admin:dispatch_routingrule_{name}", args=args(made))
        assert client.get(url).status_code == 405
    missing = reverse("admin:dispatch_routingrule_try", args=(4711,))
    assert client.post(missing, rule(cast)).status_code == 404


def test_the_number_of_queries_is_constant(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    make_rule(cast).assisting.add(cast.enforcement)
    client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(LIST))
    for number in range(4):
        row = make_rule(cast, name=f"规则{number + 2}", categories=["0401"])
        row.assisting.add(cast.enforcement)
        RuleHit.objects.create(rule=row, day=NOW.date(), hits=1)
    with CaptureQueriesContext(connection) as five:
        client.get(reverse(LIST))
    assert len(five) == len(one)


def test_the_dispatch_form_warns_of_a_conflict(browser: Browser, cast: Cast) -> None:
    CategoryDuty.objects.create(category=cast.category, lead=cast.sanitation)
    report = make_report(text="投诉环卫所，垃圾从来不清")
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    assert run.ticket.status == TicketStatus.ASSESSING
    client = browser("dispatcher")
    url = reverse("admin:dispatch_ticket_action", args=(run.ticket.pk, "dispatch"))
    page = client.get(url)
    assert "一般不派给该单位，建议由“综合信息指挥室”承办" in page.content.decode()
    data = {
        "version": run.ticket.version,
        "category": cast.category.pk,
        "urgency": "P2",
        "lead_department": cast.sanitation.pk,
    }
    refused = client.post(url, data)
    assert refused.status_code in {400, 422}
    assert "conflict_reason" in refused.context["form"].errors
    assert client.post(url, {**data, "conflict_reason": "只有该所能清运"}).status_code == 302
    ordinary = make_ticket(cast=cast)
    plain = client.get(reverse("admin:dispatch_ticket_action", args=(ordinary.pk, "dispatch")))
    assert "回避" not in plain.content.decode()


def test_departments_have_aliases_and_a_neutral_one(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    url = reverse("admin:dispatch_department_change", args=(cast.sanitation.pk,))
    data = {
        "code": "sanitation",
        "name": "环卫所",
        "short_name": "环卫所",
        "order": 0,
        "is_active": "on",
        "aliases": "扫街队、环卫站",
        "conflict_department": cast.enforcement.pk,
    }
    assert client.post(url, data).status_code == 302
    cast.sanitation.refresh_from_db()
    assert cast.sanitation.aliases == ["扫街队", "环卫站"]
    assert cast.sanitation.conflict_department == cast.enforcement
    own = client.post(url, {**data, "conflict_department": cast.sanitation.pk})
    assert "自己" in str(own.context["adminform"].form.errors["conflict_department"])
    cast.enforcement.is_active = False
    cast.enforcement.save()
    closed = client.post(url, data)
    assert "停用" in str(closed.context["adminform"].form.errors["conflict_department"])
    assert make_category().pk
