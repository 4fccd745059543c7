"""Delivery: leases, back-off, one letter a person, refusals that are normal and those that are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from reports.domain.message_outbox import (
    MAX_ATTEMPTS,
    deliver_messages,
    requeue_lapsed,
    resend_stuck,
    retry_delay,
)
from reports.domain.message_senders import Carried
from reports.domain.message_spreading import spread_messages
from reports.domain.messages import mark_read
from reports.domain.privacy import erase_resident
from reports.enums import MessageTemplate as T
from reports.enums import PublicStatus, SmsPurpose
from reports.models import (
    MessageDelivery,
    MessagePreference,
    Report,
    Resident,
    SmsLog,
    SubscriptionGrant,
)
from reports.queries.messages import balances
from tests.factories import NOW, make_report, make_resident
from tests.reports.messaging import (
    IDS,
    SOON,
    Carrier,
    send,
    states,
    subscribe,
    tell,
    use_wechat,
    want_sms,
)

AWAY, BUSY = Carried("away", "微信没有回应"), Carried("busy", "限流")
NO_QUOTA = Carried("no_quota", "没有订阅")
REFUSED = Carried("refused", "模板编号不正确")


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    use_wechat(settings)
    settings.SMS_URL = "http://127.0.0.1:9/send"


def left(resident: Resident, key: str = "result") -> int:
    return balances([resident.pk]).get((resident.pk, IDS[key]), 0)


def due_again(now: Any) -> None:
    cache.clear()
    MessageDelivery.objects.filter(state="queued").update(not_before=now)


def test_it_works(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    carrier = Carrier(Carried(reference="m1"))
    assert send("wechat", carrier) == 1
    row = MessageDelivery.objects.get()
    assert (row.state, row.attempts, row.reference, row.ended_at) == ("sent", 1, "m1", SOON)
    assert (row.claim, row.lease_until) == ("", None)
    assert left(zhang) == 0
    assert send("wechat", carrier) == 0
    assert len(carrier.letters) == 1


def test_nothing_goes_before_its_time(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    assert send("wechat", Carrier(), now=NOW) == 0
    assert states() == [("wechat", "queued")]


def test_one_person_gets_one_letter_about_many_cases(zhang: Resident, li: Resident) -> None:
    for who in (zhang, li):
        subscribe(who, times=3)
    reports = [make_report(zhang) for _index in range(3)]
    for report in reports:
        tell(zhang, report=report)
    tell(zhang, report=reports[0])
    tell(li)
    carrier = Carrier()
    assert send("wechat", carrier) == 2
    many, one = carrier.letters
    assert [message.report_id for message in many.messages] == [
        reports[1].pk, reports[2].pk, reports[0].pk,
    ]  # fmt: skip
    assert many.text() == "您有 3 件上报有新进展，请打开查看。"
    assert many.fields()["thing1"] == "您的 3 件上报"
    assert one.fields() == {
        "thing1": "暴露/积存垃圾",
        "phrase2": "请评价",
        "thing3": "环卫所",
        "time4": NOW,
        "thing5": "请查看答复并评价",
    }
    assert one.page() == f"pages/report/detail?number={one.number}"
    assert sorted(state for _channel, state in states()) == ["sent"] * 4 + ["skipped"]
    assert left(zhang) == 2


def test_43101_is_normal_and_empties_the_ledger(zhang: Resident) -> None:
    subscribe(zhang, times=3)
    tell(zhang)
    assert send("wechat", Carrier(NO_QUOTA)) == 0
    assert states() == [("wechat", "skipped")]
    assert left(zhang) == 0
    tell(zhang)
    send("wechat", Carrier())
    assert len(states()) == 1


@pytest.mark.parametrize("trouble", [NO_QUOTA, REFUSED, Carried("unwanted", "")])
def test_a_text_message_tells_what_wechat_could_not(zhang: Resident, trouble: Carried) -> None:
    subscribe(zhang)
    want_sms(zhang)
    tell(zhang)
    send("wechat", Carrier(trouble))
    assert states()[1] == ("sms", "queued")
    carrier = Carrier()
    assert send("sms", carrier) == 1
    assert carrier.letters[0].text().startswith("您反映的“暴露/积存垃圾”已有办理结果：已解决")


def test_an_outage_costs_one_call_and_is_tried_again_later(zhang: Resident, li: Resident) -> None:
    for who in (zhang, li):
        subscribe(who)
        tell(who)
    carrier = Carrier(AWAY)
    assert send("wechat", carrier) == 0
    assert send("wechat", carrier, now=SOON + timedelta(seconds=5)) == 0
    assert len(carrier.letters) == 1
    row = MessageDelivery.objects.order_by("pk")[0]
    assert (row.state, row.attempts, row.reason) == ("queued", 1, "微信没有回应")
    assert SOON + timedelta(seconds=22) <= row.not_before <= SOON + timedelta(seconds=38)
    due_again(SOON)
    assert send("wechat", carrier) == 2
    assert left(zhang) == left(li) == 0


def test_busy_does_not_count_as_a_failure(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    for _turn in range(MAX_ATTEMPTS + 2):
        send("wechat", Carrier(BUSY))
        due_again(SOON)
    assert MessageDelivery.objects.get().attempts == 0
    assert send("wechat", Carrier()) == 1


def test_it_gives_up_and_staff_send_it_again(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    for _turn in range(MAX_ATTEMPTS):
        send("wechat", Carrier(AWAY))
        due_again(SOON)
    row = MessageDelivery.objects.get()
    assert (row.state, row.reason) == ("stuck", "微信没有回应")
    later = NOW + timedelta(days=3)
    cache.set("messages:rest:wechat", 1)
    assert resend_stuck([row.pk + 1], now=later) == []
    assert resend_stuck(None, now=later) == [row.pk]
    assert send("wechat", Carrier(), now=later) == 1


def test_wrong_settings_wait_for_staff(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    send("wechat", Carrier(REFUSED))
    row = MessageDelivery.objects.get()
    assert (row.state, row.reason) == ("stuck", "模板编号不正确")
    assert left(zhang) == 1


def test_a_text_message_that_may_be_out_is_not_sent_again(zhang: Resident) -> None:
    want_sms(zhang)
    tell(zhang)
    send("sms", Carrier(Carried("away", "没有可读的回答", maybe_sent=True)))
    assert states() == [("sms", "stuck")]


def test_a_dead_workers_letter_goes_out_again_but_no_text_message(
    zhang: Resident, li: Resident
) -> None:
    subscribe(zhang)
    want_sms(li)
    for who in (zhang, li):
        tell(who)
    spread_messages(now=SOON)
    MessageDelivery.objects.update(
        state="sending", claim="dead", attempts=1, lease_until=SOON + timedelta(minutes=2)
    )
    assert requeue_lapsed(now=SOON) == 0
    assert requeue_lapsed(now=SOON + timedelta(minutes=3)) == 1
    assert states() == [("wechat", "queued"), ("sms", "stuck")]


def test_what_a_slow_worker_lost_it_does_not_end(zhang: Resident) -> None:
    """The lease lapsed while the service was asked: the row belongs to another run by now."""
    subscribe(zhang)
    tell(zhang)
    spread_messages(now=SOON)

    def slow(*_args: Any) -> Carried:
        MessageDelivery.objects.update(claim="another")
        return Carried()

    deliver_messages("wechat", now=SOON, senders={"wechat": slow})
    assert states() == [("wechat", "sending")]


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        ("read", "居民已在站内看过"),
        ("old", "超过两天，不再发送"),
        ("withdrawn", "上报已撤回"),
        ("off", "居民没有开启短信提醒"),
        ("number", "没有可用的已验证手机号"),
        ("disabled", "账号已停用"),
        ("many", "一天内已发过 3 条短信"),
    ],
)
def test_what_has_become_moot_is_not_sent(zhang: Resident, happening: str, reason: str) -> None:
    want_sms(zhang)
    message = tell(zhang)
    spread_messages(now=SOON)
    now = SOON
    if happening == "read":
        mark_read(zhang, now=NOW, ids=[message.pk])
    elif happening == "old":
        now = NOW + timedelta(days=2, hours=1)
    elif happening == "withdrawn":
        Report.objects.update(public_status=PublicStatus.WITHDRAWN)
    elif happening == "off":
        MessagePreference.objects.update(sms=False)
    elif happening == "number":
        Resident.objects.update(phone_verified_at=None)
    elif happening == "disabled":
        Resident.objects.update(is_active=False)
    else:
        for _index in range(3):
            SmsLog.objects.create(resident=zhang, purpose=SmsPurpose.NOTICE, at=NOW)
        SmsLog.objects.create(resident=zhang, purpose=SmsPurpose.CODE, at=NOW)
    carrier = Carrier()
    deliver_messages("sms", now=now, senders={"sms": carrier})
    row = MessageDelivery.objects.get()
    assert (row.state, row.reason, carrier.letters) == ("skipped", reason, [])


def test_codes_and_failures_do_not_count_as_notices(zhang: Resident) -> None:
    want_sms(zhang)
    for _index in range(3):
        SmsLog.objects.create(resident=zhang, purpose=SmsPurpose.CODE, at=NOW)
        SmsLog.objects.create(resident=zhang, purpose=SmsPurpose.NOTICE, trouble="away", at=NOW)
    tell(zhang)
    assert send("sms", Carrier()) == 1


def test_danger_is_told_beyond_the_days_limit(zhang: Resident, settings: Any) -> None:
    settings.SMS_DAILY_NOTICES = 0
    want_sms(zhang)
    tell(zhang, T.NEED_INFO, urgent=True)
    assert send("sms", Carrier()) == 1


def test_an_erasure_in_the_middle_leaves_nothing(zhang: Resident) -> None:
    subscribe(zhang)
    tell(zhang)
    spread_messages(now=SOON)

    def erasing(*_args: Any) -> Carried:
        erase_resident(zhang, now=SOON)
        return Carried()

    deliver_messages("wechat", now=SOON, senders={"wechat": erasing})
    assert states() == []
    assert not SubscriptionGrant.objects.exists()


def test_one_persons_trouble_is_not_anothers(zhang: Resident, li: Resident) -> None:
    other = make_resident("王五")
    for who in (zhang, li, other):
        subscribe(who)
        tell(who)
    assert send("wechat", Carrier(NO_QUOTA, REFUSED)) == 1
    assert [state for _channel, state in states()] == ["skipped", "stuck", "sent"]


def test_the_wait_doubles_up_to_an_hour() -> None:
    waits = [retry_delay(n, spread=lambda: 0.5).total_seconds() for n in range(1, 10)]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert retry_delay(1, spread=lambda: 0.0).total_seconds() == 22.5
