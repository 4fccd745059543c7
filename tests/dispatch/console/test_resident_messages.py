"""居民消息 in the console: what failed and why, sent again for a reason, and nobody named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.enums import AuditAction
from dispatch.models import AuditRecord
from reports.enums import MessageTemplate
from reports.models import MessageDelivery, Resident
from reports.readiness import standing_messages
from tests.factories import make_report, make_resident
from tests.reports.messaging import tell

Browser = Callable[[str], Client]
PAGE, RESEND = reverse("resident-messages"), reverse("resident-messages-resend")
OPENID, PHONE, NAME = "oSecretOpenid7", "13900001234", "秘密昵称"


def stuck(reason: str = "消息模板编号不正确", *, state: str = "stuck") -> MessageDelivery:
    resident = Resident.objects.filter(openid=OPENID).first() or make_resident(
        NAME, openid=OPENID, phone=PHONE
    )
    now = timezone.now()
    report = make_report(resident, anonymous=True, text="不能出现的内容", contact_phone=PHONE)
    message = tell(resident, MessageTemplate.REPLIED, report=report, now=now)
    return MessageDelivery.objects.create(
        message=message, resident=resident, channel="wechat", state=state, reason=reason,
        attempts=8, not_before=now, created_at=now,
    )  # fmt: skip


def test_it_works(browser: Browser) -> None:
    row = stuck()
    stuck("居民没有订阅，或订阅次数已用完", state="skipped")
    page = browser("lead").get(PAGE).content.decode()
    assert row.message.report is not None
    assert row.message.report.number in page
    assert "消息模板编号不正确" in page
    assert "居民没有订阅，或订阅次数已用完 1 条" in page
    assert "请评价" in page


def test_nobody_is_named(browser: Browser) -> None:
    row = stuck()
    page = browser("administrator").get(PAGE).content.decode()
    for secret in (OPENID, PHONE, NAME, "不能出现的内容", row.message.text):
        assert secret not in page


def test_sending_again_wants_a_reason_and_is_audited(browser: Browser) -> None:
    first, second, client = stuck(), stuck(), browser("lead")
    answer = client.post(RESEND, {"ids": [first.pk]}, follow=True)
    assert "请填写重发原因" in answer.content.decode()
    assert not AuditRecord.objects.filter(action=AuditAction.MESSAGE_RESENT).exists()
    answer = client.post(
        RESEND, {"ids": [first.pk, "x", "9" * 30], "reason": "模板编号已改正"}, follow=True
    )
    assert "已重新排队 1 条" in answer.content.decode()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempts, second.state) == ("queued", 0, "stuck")
    line = AuditRecord.objects.get(action=AuditAction.MESSAGE_RESENT)
    assert (line.reason, line.data) == ("模板编号已改正", {"deliveries": [first.pk], "count": 1})
    client.post(RESEND, {"all": "1", "reason": "服务已恢复"})
    second.refresh_from_db()
    assert second.state == "queued"
    assert (
        "请选中要重发的消息"
        in client.post(RESEND, {"ids": [first.pk], "reason": "再试"}, follow=True).content.decode()
    )


def test_others_neither_look_nor_send(browser: Browser) -> None:
    row = stuck()
    for name in ("dispatcher", "sanitation", "auditor", "verifier"):
        assert browser(name).get(PAGE).status_code == 403
        assert browser(name).post(RESEND, {"all": "1", "reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "stuck"


def test_a_form_from_elsewhere_is_refused(browser: Browser) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser("lead").cookies
    assert client.post(RESEND, {"all": "1", "reason": "x"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_rows(rows: int, browser: Browser) -> None:
    client = browser("lead")
    client.get(PAGE)
    for _index in range(rows):
        stuck()
    with CaptureQueriesContext(connection) as seen:
        assert len(client.get(PAGE).context["rows"]) == rows
    about = [query for query in seen if "messagedelivery" in query["sql"]]
    assert len(about) == 4


def test_older_pages_go_by_key(browser: Browser) -> None:
    rows = [stuck() for _index in range(52)]
    page = browser("lead").get(PAGE)
    assert page.context["next_before"] == rows[2].pk
    older = browser("lead").get(PAGE, {"before": rows[2].pk})
    assert [row["pk"] for row in older.context["rows"]] == [rows[1].pk, rows[0].pk]


def test_the_operator_hears_of_it(db: None) -> None:
    assert not standing_messages().degraded
    stuck()
    outcome = standing_messages()
    assert (outcome.ok, outcome.degraded) == (True, True)
    assert "发送失败的居民消息 1 条" in str(outcome.message)
