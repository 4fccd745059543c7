"""Telling residents: one statement, once, and never a word that somebody typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from reports.domain import messages
from reports.domain.message_words import WORDS, Facts, render
from reports.domain.messages import forget_messages, mark_read, tell_residents
from reports.domain.privacy import erase_resident
from reports.enums import GrantKind, MessageTemplate, SmsPurpose
from reports.models import (
    MessageDelivery,
    MessagePreference,
    Resident,
    ResidentMessage,
    SmsLog,
    SubscriptionGrant,
)
from reports.models.messages import TEXT_LENGTH
from tests.factories import NOW, make_report, make_resident
from xiangcun.lib import bell

FACTS = Facts(
    category="暴露/积存垃圾", department="环卫所", due=datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
)
T = MessageTemplate


def test_it_works(zhang: Resident) -> None:
    report = make_report(zhang)
    tell_residents([report.pk], T.DISPATCHED, FACTS, key="k", now=NOW, urgent=True)
    row = ResidentMessage.objects.get()
    assert (row.resident, row.report, row.template, row.urgent) == (
        zhang,
        report,
        "dispatched",
        True,
    )
    assert row.text == (
        "您反映的“暴露/积存垃圾”已派给环卫所办理，承诺 2026年12月3日 17:30 前办结。"
    )
    assert row.facts == {
        "category": "暴露/积存垃圾", "department": "环卫所", "due": "2026-12-03T09:30:00+00:00",
    }  # fmt: skip
    assert (row.created_at, row.spread_at, row.read_at) == (NOW, None, None)


@pytest.mark.parametrize("reports", [1, 3])
def test_it_costs_one_statement_for_any_number(
    reports: int, zhang: Resident, li: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [make_report(who).pk for who in [zhang, li, zhang][:reports]]
    with django_assert_num_queries(1):
        tell_residents(ids, T.DISPATCHED, FACTS, key="k", now=NOW)
    assert ResidentMessage.objects.count() == reports


def test_it_tells_once_however_often_it_is_called(zhang: Resident) -> None:
    ids = [make_report(zhang).pk, make_report(zhang).pk]
    tell_residents(ids[:1], T.DISPATCHED, FACTS, key="k", now=NOW)
    tell_residents(ids, T.DISPATCHED, FACTS, key="k", now=NOW + timedelta(hours=1))
    assert ResidentMessage.objects.filter(created_at=NOW).count() == 1
    assert ResidentMessage.objects.count() == 2


def test_it_tells_nobody_who_has_gone_or_never_was(zhang: Resident) -> None:
    mine, imported = make_report(zhang), make_report(None)
    erase_resident(zhang, now=NOW)
    tell_residents([mine.pk, imported.pk], T.DISPATCHED, FACTS, key="k", now=NOW)
    tell_residents([], T.DISPATCHED, FACTS, key="k2", now=NOW)
    assert not ResidentMessage.objects.exists()


def test_it_rings_once_a_second(
    zhang: Resident,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", lambda name, *_args: rung.append(name))
    monkeypatch.setattr(messages._LastRing, "at", 0.0)
    with django_capture_on_commit_callbacks(execute=True):
        for key in "abc":
            tell_residents([make_report(zhang).pk], T.RESUMED, FACTS, key=key, now=NOW)
    assert rung == ["reports.spread_messages"]


def test_every_template_has_words_that_fit() -> None:
    long = Facts(category="类" * 60, department="部" * 60, due=NOW, reason="由" * 60)
    assert set(WORDS) == set(T)
    for template in T:
        for facts in (Facts(), FACTS, long):
            text = render(template, facts)
            assert 0 < len(text) <= TEXT_LENGTH
            assert "{" not in text
            assert text.endswith("。")
            assert "“”" not in text


def test_a_word_of_the_office_loses_its_links_and_numbers() -> None:
    odd = Facts(
        category="路灯 www.evil.cn", department="环卫所 13812345678", reason="见 http://a.cn/x"
    )
    text = render(T.DISPATCHED, odd) + render(T.REJECTED, odd)
    assert "evil" not in text
    assert "http" not in text
    assert "13812345678" not in text


def test_one_marks_read_ones_own_only(zhang: Resident, li: Resident) -> None:
    first, second, theirs = make_report(zhang), make_report(zhang), make_report(li)
    for report in (first, second, theirs):
        tell_residents([report.pk], T.RESUMED, FACTS, key=str(report.pk), now=NOW)
    keys = list(ResidentMessage.objects.order_by("pk").values_list("pk", flat=True))
    read = ResidentMessage.objects.filter(read_at__isnull=False)
    mark_read(zhang, now=NOW, ids=[keys[2]])
    assert not read.exists()
    mark_read(zhang, now=NOW, report_number=second.number)
    assert list(read.values_list("pk", flat=True)) == [keys[1]]
    mark_read(zhang, now=NOW + timedelta(days=1), up_to=keys[2])
    assert list(read.order_by("pk").values_list("pk", flat=True)) == keys[:2]
    assert read.get(pk=keys[1]).read_at == NOW


def test_an_erasure_forgets_all_of_it(zhang: Resident) -> None:
    kept = make_resident("王五")
    for who in (zhang, kept):
        tell_residents([make_report(who).pk], T.RESUMED, FACTS, key=str(who.pk), now=NOW)
        message = ResidentMessage.objects.get(resident=who)
        MessageDelivery.objects.create(
            message=message, resident=who, channel="sms", not_before=NOW, created_at=NOW
        )
        MessagePreference.objects.create(resident=who, changed_at=NOW)
        SmsLog.objects.create(resident=who, purpose=SmsPurpose.CODE, at=NOW)
        SubscriptionGrant.objects.create(
            key=str(who.pk), resident=who, template_id="t", kind=GrantKind.ACCEPT, change=1, at=NOW
        )
    erase_resident(zhang, now=NOW)
    forget_messages(zhang.pk)
    for model in (ResidentMessage, MessageDelivery, MessagePreference, SmsLog, SubscriptionGrant):
        assert [row.resident_id for row in model.objects.all()] == [kept.pk], model
