"""From a step of the office to the telephone, against stand-ins of WeChat and of a text message service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from dispatch.domain.lifecycle import perform
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from reports import tasks
from reports.domain.retention import run_retention
from reports.domain.subscriptions import record_choice
from reports.models import (
    MessageDelivery,
    MessagePreference,
    Resident,
    ResidentMessage,
    SmsLog,
    SubscriptionGrant,
)
from reports.queries.messages import balances
from tests.dispatch.factories import Cast, fields_for, make_cast, make_ticket
from tests.factories import make_report, make_resident
from tests.fakes.sms import FakeSms, fake_sms, use_sms
from tests.fakes.wechat import FakeWechat, fake_wechat
from tests.reports.messaging import IDS, states, tell, use_wechat
from xiangcun.lib import bell
from xiangcun.lib.message_config import DEFAULT_FIELDS

OPENID, PHONE = "oMiniProgram7", "13900001234"
SECRETS = ("给居民的话", "情况说明", "村口的垃圾堆了三天")


@pytest.fixture
def wechat_server(settings: Any) -> Iterator[FakeWechat]:
    with fake_wechat() as server:
        use_wechat(settings)
        settings.WECHAT_API_BASE = server.base_url
        settings.RESIDENT_QUIET_HOURS = None
        server.platform.visits[OPENID] = 0.0
        server.platform.pages.add("pages/report/detail")
        for key, template_id in IDS.items():
            server.platform.templates[template_id] = list(DEFAULT_FIELDS[key])
        yield server


@pytest.fixture
def sms_server(settings: Any) -> Iterator[FakeSms]:
    with fake_sms() as server:
        use_sms(settings, server)
        yield server


@pytest.fixture(autouse=True)
def _eager_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what is rung at once, in this thread."""
    monkeypatch.setattr(
        bell, "ring", lambda name, *args: getattr(tasks, name.removeprefix("reports."))(*args)
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def person(db: None) -> Resident:
    return make_resident("张三", openid=OPENID)


def subscribed(server: FakeWechat, person: Resident, *keys: str) -> None:
    for key in keys:
        server.platform.consents[OPENID, IDS[key]] += 1
        record_choice(person, accepted=[IDS[key]], now=timezone.now())


def closed_case(person: Resident, cast: Cast, *, hours_ago: int = 1) -> None:
    """Let the office do a whole case an hour ago, so that everything is due."""
    report = make_report(person)
    now = timezone.now() - timedelta(hours=hours_ago)
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast, report=report, now=now)
    perform(
        ticket.pk, Act.VERIFY, actor=cast.staff(Role.VERIFIER), now=now,
        fields=fields_for(Act.VERIFY, cast),
    )  # fmt: skip


def test_it_works(
    wechat_server: FakeWechat, sms_server: FakeSms, person: Resident, cast: Cast
) -> None:
    subscribed(wechat_server, person, "progress", "result")
    closed_case(person, cast)
    tasks.sweep_messages()
    sent = {row["template_id"]: row for row in wechat_server.platform.sent}
    assert set(sent) == {IDS["progress"], IDS["result"]}
    data = sent[IDS["result"]]["data"]
    assert data["phrase2"]["value"] == "请评价"
    assert data["thing1"]["value"] == "暴露/积存垃圾"
    assert sent[IDS["result"]]["page"].startswith("pages/report/detail?number=XC")
    assert not any(secret in str(wechat_server.platform.sent) for secret in SECRETS)
    assert states() == [("wechat", "sent"), ("wechat", "sent")]
    assert not any(balances([person.pk]).values())
    assert sms_server.calls == 0
    assert ResidentMessage.objects.filter(read_at=None).count() == 3
    tasks.sweep_messages()
    assert len(wechat_server.platform.sent) == 2


def test_used_up_at_wechat_is_told_by_text_message(
    wechat_server: FakeWechat, sms_server: FakeSms, person: Resident, cast: Cast
) -> None:
    record_choice(person, accepted=[IDS["result"]], now=timezone.now())
    Resident.objects.update(phone=PHONE, phone_verified_at=timezone.now())
    MessagePreference.objects.create(resident=person, sms=True, changed_at=timezone.now())
    closed_case(person, cast)
    tasks.sweep_messages()
    tasks.sweep_messages()
    assert states() == [("wechat", "skipped"), ("sms", "sent")]
    [message] = sms_server.taken
    assert message["phone"] == PHONE
    assert "已有办理结果：已解决" in message["text"]
    assert not any(secret in str(message) for secret in SECRETS)
    line = SmsLog.objects.get()
    assert (line.purpose, line.trouble, line.reference) == ("notice", "", "msg-1")
    assert MessageDelivery.objects.get(channel="sms").reference == "msg-1"


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("template", "stuck", "模板"),
        ("page", "stuck", "页面"),
        ("field", "stuck", "字段"),
        ("receiver", "skipped", "微信找不到该用户"),
        ("busy", "queued", ""),
        ("down", "queued", ""),
    ],
)
def test_each_answer_of_wechat_has_its_end(
    wechat_server: FakeWechat, person: Resident, cast: Cast, fault: str, state: str, reason: str
) -> None:
    platform = wechat_server.platform
    subscribed(wechat_server, person, "result")
    closed_case(person, cast)
    if fault == "template":
        platform.templates.clear()
    elif fault == "page":
        platform.pages.clear()
    elif fault == "field":
        platform.templates[IDS["result"]] = ["thing1", "phrase9"]
    elif fault == "receiver":
        platform.visits.clear()
    elif fault == "busy":
        token = {"access_token": "t" * 600, "expires_in": 7200}
        wechat_server.script = [token, {"errcode": 45009, "errmsg": "reach max api daily quota"}]
    else:
        wechat_server.script = [500] * 8
    tasks.sweep_messages()
    row = MessageDelivery.objects.get()
    assert row.state == state
    assert reason in row.reason
    assert OPENID not in row.reason
    if state == "queued":
        wechat_server.script = []
        cache.clear()
        MessageDelivery.objects.update(not_before=timezone.now())
        tasks.sweep_messages()
        row.refresh_from_db()
        assert row.state == "sent"


def test_what_is_old_goes(person: Resident) -> None:
    now = timezone.now()
    for days in (400, 300):
        message = tell(person, now=now - timedelta(days=days))
        MessageDelivery.objects.create(
            message=message, resident=person, channel="sms", state="stuck", not_before=now,
            created_at=now,
        )  # fmt: skip
        SmsLog.objects.create(resident=person, purpose="code", at=now - timedelta(days=days - 200))
        SubscriptionGrant.objects.create(
            key=str(days), resident=person, template_id="t", kind="accept", change=1,
            at=now - timedelta(days=days),
        )  # fmt: skip
    gone = run_retention(now=now, only=("messages", "sms_log"))
    assert gone == {"messages": 1, "sms_log": 1}
    assert ResidentMessage.objects.count() == MessageDelivery.objects.count() == 1
    assert SmsLog.objects.count() == 1
    tasks.fold_subscriptions()
    assert balances([person.pk])[person.pk, "t"] == 2
    assert SubscriptionGrant.objects.count() == 1
