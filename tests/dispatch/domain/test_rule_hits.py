from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from dispatch.domain import rule_hits
from dispatch.domain.rule_hits import fold_rule_hits, store_rule_faults
from dispatch.domain.rule_order import move_rule
from dispatch.models import RoutingRule, RuleFault, RuleHit, TriageRun
from dispatch.queries.rule_hits import rule_records
from dispatch.tasks import watch_rules
from tests.dispatch.factories import NOW, Cast, make_cast, make_report, make_ticket
from xiangcun.lib.errors import NotFoundError


def make_rule(name: str, cast: Cast, **extra: Any) -> RoutingRule:
    return RoutingRule.objects.create(name=name, lead=cast.sanitation, **extra)


def make_run(cast: Cast, data: dict[str, Any], *, days: int = 0, decision: str = "queued") -> None:
    at = NOW - timedelta(days=days)
    report = make_report(now=at)
    ticket = make_ticket(cast=cast, report=report, now=at)
    steps = [
        {"step": "screen", "ok": True, "reason": "", "data": {}},
        {"step": "route", "ok": True, "reason": "", "data": data},
    ]
    TriageRun.objects.create(report=report, ticket=ticket, at=at, decision=decision, steps=steps)


@pytest.mark.django_db
def test_it_works() -> None:
    cast = make_cast()
    rule, other = make_rule("一", cast), make_rule("二", cast)
    decided = {"rule": "一", "rule_id": rule.pk, "skipped": []}
    make_run(cast, decided)
    make_run(cast, decided, days=40)
    make_run(cast, decided, decision="attached")
    make_run(
        cast,
        {
            **decided,
            "skipped": [{"rule": "二", "rule_id": other.pk, "reason": "主办单位已停用"}],
        },
        days=1,
    )
    make_run(cast, {"rule": None, "rule_id": None})
    make_run(cast, {"rule": "已删除", "rule_id": 987654})
    rule.name = "改过名"
    rule.save()
    assert fold_rule_hits() == 6
    assert fold_rule_hits() == 0
    record = rule_records(now=NOW)
    assert (record[rule.pk].total, record[rule.pk].recent, record[rule.pk].last_at) == (3, 2, NOW)
    assert record[rule.pk].skips == 0
    skipped = record[other.pk]
    assert (skipped.total, skipped.skips, skipped.skip_reason) == (0, 1, "主办单位已停用")
    assert skipped.skipped_at == NOW - timedelta(days=1)


@pytest.mark.django_db
def test_later_runs_add_to_the_day() -> None:
    cast = make_cast()
    rule = make_rule("一", cast)
    for _ in range(3):
        make_run(cast, {"rule": "一", "rule_id": rule.pk})
        fold_rule_hits()
    assert RuleHit.objects.get().hits == 3


@pytest.mark.django_db
def test_a_run_of_an_older_release_counts_by_name() -> None:
    cast = make_cast()
    rule = make_rule("一", cast)
    make_run(cast, {"rule": "一"})
    fold_rule_hits()
    assert rule_records(now=NOW)[rule.pk].total == 1


@pytest.mark.django_db
def test_nothing_waiting_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert fold_rule_hits() == 0
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_every_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_hits, "BATCH", 3)
    cast = make_cast()
    rules = [make_rule(str(number), cast) for number in range(3)]
    for number in range(20):
        rule = rules[number % 3]
        make_run(cast, {"rule": rule.name, "rule_id": rule.pk}, days=number % 2)
    barrier, errors = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait()
            fold_rule_hits()
        except Exception as error:  # noqa: BLE001 - whatever it is, the assertion below shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fold_rule_hits()
    assert errors == []
    assert RuleHit.objects.aggregate(total=Sum("hits"))["total"] == 20
    assert not TriageRun.objects.filter(hits_counted=False).exists()


@pytest.mark.django_db
def test_faults_keep_the_time_they_were_found() -> None:
    cast = make_cast()
    rule = make_rule("一", cast)
    assert store_rule_faults({rule.pk: "坏了"}, now=NOW) == 1
    assert store_rule_faults({rule.pk: "坏了"}, now=NOW + timedelta(hours=1)) == 0
    assert RuleFault.objects.get().since == NOW
    assert store_rule_faults({rule.pk: "更坏"}, now=NOW + timedelta(hours=2)) == 1
    assert RuleFault.objects.get().since == NOW + timedelta(hours=2)
    assert store_rule_faults({}, now=NOW) == 1
    assert not RuleFault.objects.exists()


@pytest.mark.django_db
def test_the_task_notes_a_broken_row() -> None:
    cast = make_cast()
    rule = make_rule("一", cast)
    RoutingRule.objects.filter(pk=rule.pk).update(words={"no": "list"})
    watch_rules()
    assert "损坏" in RuleFault.objects.get(rule=rule).message


@pytest.mark.django_db
def test_a_rule_moves_one_place() -> None:
    cast = make_cast()
    rules = [make_rule(name, cast, order=7) for name in ("一", "二", "三")]
    stamps = dict(RoutingRule.objects.values_list("pk", "updated_at"))
    later = max(stamps.values()) + timedelta(seconds=1)
    move_rule(rules[2].pk, up=True, now=later)
    names = list(RoutingRule.objects.values_list("name", "order"))
    assert names == [("一", 10), ("三", 20), ("二", 30)]
    assert set(RoutingRule.objects.values_list("updated_at", flat=True)) == {later}
    move_rule(rules[0].pk, up=True, now=later)
    assert list(RoutingRule.objects.values_list("name", "order")) == names
    move_rule(rules[0].pk, up=False, now=later)
    assert RoutingRule.objects.first() == rules[2]
    with pytest.raises(NotFoundError):
        move_rule(0, up=True, now=later)
