from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Department, RoutingRule, Ticket, TicketEvent, TriageRun
from dispatch.queries.past_runs import past_runs
from dispatch.triage import dry_run
from dispatch.triage.dry_run import (
    BY_HAND,
    compare,
    read_lookup,
    rebuild_context,
    reordered,
    try_rule,
    way_of,
)
from dispatch.triage.pipeline import run_triage
from dispatch.triage.reference import current_reference, forget_reference, read_drafts
from dispatch.triage.rule_checks import Draft
from reports.enums import Channel, ResidentRole
from reports.models import Report
from tests.dispatch.factories import NOW, make_report, make_resident

pytestmark = pytest.mark.usefixtures("township")

TEXTS = (
    "路边垃圾堆成山，臭得不行",
    "路灯坏了没人修",
    "工地施工太吵睡不着",
    "楼下烧烤店油烟太大",
    "路口井盖不见了，是电力井",
    "广场舞音响太响",
    "举报执法队收了钱不管小摊占道经营",
    "环卫所的工作人员态度恶劣，垃圾没人清",
    "村书记收钱办低保",
    "这个事情你们到底管不管",
    "电线断落在路上冒火花",
    "垃圾分类点没人管",
)


def triage_some(count: int) -> None:
    luck = random.Random(7)
    for number in range(count):
        at = NOW + timedelta(hours=5 * number)
        resident = make_resident(f"r{number}")
        if number % 3 == 0:
            resident.role = ResidentRole.GRID
            resident.save()
        report = make_report(
            text=f"{TEXTS[number % len(TEXTS)]}，编号{number}",
            resident=resident,
            now=at,
            channel=luck.choice(Channel.values),
            lat=30.29 + luck.random() * 0.04,
            lng=120.48 + luck.random() * 0.05,
        )
        if number % 4 == 0:
            report.updates.create(at=at, kind="supplement", status="received", text="就在学校门口")
        assert run_triage(report.pk, now=at + timedelta(seconds=1)) is not None


def draft_named(name: str) -> Draft:
    return next(draft for draft in read_drafts() if draft.name == name)


def new_rule(code: str = "police", **changes: object) -> Draft:
    lead = Department.objects.get(code=code)
    return replace(Draft(name="新规则", lead_id=lead.pk, order=1), **changes)  # type: ignore[arg-type]


def test_the_same_rules_change_nothing_and_repeat_what_triage_decided() -> None:
    triage_some(48)
    # What became of things later must not matter.
    Report.objects.update(kind="problem")
    for report in Report.objects.all():
        report.updates.create(
            at=NOW + timedelta(days=60), kind="supplement", status="received", text="烧烤 电线"
        )
    reference, lookup = current_reference(), read_lookup()
    compared = 0
    for run in past_runs(limit=1000):
        step = next(row for row in run.steps if row["step"] == "route")
        context = rebuild_context(run, lookup)
        if context is None:
            assert "lead" not in step["data"]
            continue
        way = way_of(context, reference)
        stored = step["data"]
        lead = Department.objects.get(code=stored["lead"])
        assert way.lead == (BY_HAND if "conflict" in stored else lead.name)
        assert way.rule_id == stored["rule_id"]
        assert len(way.assisting) == len(stored["assisting"])
        compared += 1
    assert compared > 30
    drafts = read_drafts()
    trial = compare(drafts, drafts, size=1000)
    assert trial.looked == Ticket.objects.count()
    assert (trial.redirected, trial.reassisted, trial.moves, trial.changes) == (0, 0, [], [])


def test_it_shows_what_a_new_rule_would_change_and_writes_nothing() -> None:
    triage_some(12)
    before = (RoutingRule.objects.count(), TicketEvent.objects.count())
    trial = try_rule(new_rule(lists={"categories": ["0401"]}), is_active=True)
    assert (RoutingRule.objects.count(), TicketEvent.objects.count()) == before
    assert trial.redirected == trial.hits > 0
    assert trial.hits_before == 0
    names = {change.after.lead for change in trial.changes}
    assert names == {"派出所"}
    assert {change.after.rule for change in trial.changes} == {"新规则"}
    moves = {name: (old, new) for name, old, new in trial.moves}
    assert moves["派出所"][1] - moves["派出所"][0] == trial.redirected
    assert try_rule(new_rule(lists={"categories": ["0401"]}), is_active=False).redirected == 0


def test_an_edited_rule_stands_in_its_own_place() -> None:
    triage_some(12)
    edited = replace(
        draft_named("广场舞、音响噪声"),
        lead_id=Department.objects.get(code="enforcement").pk,
        assisting_ids=(),
    )
    trial = try_rule(edited, is_active=True)
    assert trial.hits == trial.hits_before == trial.redirected == 1
    assert try_rule(edited, is_active=False).hits == 0


def test_only_assisting_departments_may_change() -> None:
    triage_some(12)
    trial = try_rule(replace(draft_named("广场舞、音响噪声"), assisting_ids=()), is_active=True)
    assert (trial.redirected, trial.reassisted) == (0, 1)


def test_another_order_is_tried() -> None:
    triage_some(12)
    drafts = read_drafts()
    first, second = draft_named("电力井盖"), draft_named("广场舞、音响噪声")
    assert compare(drafts, reordered(drafts, {first.id: 500})).redirected == 0
    wide = replace(new_rule(), id=999_999, order=1000)
    both = [*drafts, wide]
    trial = compare(both, reordered(both, {wide.id: 0}))
    assert trial.redirected > 0
    assert second.order > 0


def test_a_wide_rule_is_called_wide() -> None:
    triage_some(24)
    assert try_rule(new_rule(), is_active=True).is_wide
    assert not try_rule(new_rule(lists={"words": ["没有这个词"]}), is_active=True).is_wide


def test_it_stops_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    triage_some(3)
    monkeypatch.setattr(dry_run, "BUDGET_SECONDS", -1.0)
    trial = try_rule(new_rule(), is_active=True)
    assert trial.stopped
    assert trial.looked == 0


def test_it_looks_at_so_many_newest_first() -> None:
    triage_some(5)
    trial = try_rule(new_rule(), is_active=True, size=2)
    newest = TriageRun.objects.order_by("-pk").values_list("ticket__number", flat=True)
    assert trial.looked == 2
    assert {change.run.number for change in trial.changes} <= set(newest[:2])
    assert try_rule(new_rule(), is_active=True, size=10**9).asked == dry_run.MAX_SIZE


def test_runs_of_an_older_release_are_read_as_well_as_they_can() -> None:
    triage_some(3)
    for run in TriageRun.objects.all():
        run.steps[-1]["data"].pop("given", None)
        run.save()
    trial = try_rule(new_rule(), is_active=True)
    assert trial.redirected >= 2
    TriageRun.objects.update(steps=[], candidates=[])
    assert try_rule(new_rule(), is_active=True).undecided == 3


def test_the_number_of_queries_is_constant() -> None:
    triage_some(2)
    forget_reference()
    current_reference()
    with CaptureQueriesContext(connection) as few:
        try_rule(new_rule(), is_active=True)
    triage_some(14)
    with CaptureQueriesContext(connection) as many:
        try_rule(new_rule(), is_active=True)
    assert len(many) <= len(few) + 1  # supplements, where there are any
