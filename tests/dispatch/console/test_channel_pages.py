"""The channels' settings and the list of what is stuck: whose they are, and what they never show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.enums import AuditAction, NotificationState
from dispatch.models import AuditRecord, ChannelSetting, Notification
from tests.dispatch.factories import Cast
from tests.dispatch.notices import ADDRESS, make_message, make_robot
from tests.fakes.robots import KEY, fake_robots

Browser = Callable[[str], Client]
LIST = reverse("admin:dispatch_channelsetting_changelist")
ADD = reverse("admin:dispatch_channelsetting_add")
OTHERS = ("dispatcher", "verifier", "sanitation", "sanitation_head", "auditor", "gridworker")


def fill(cast: Cast, **more: object) -> dict[str, Any]:
    return {
        "name": "环卫所工作群", "kind": "wecom", "department": cast.sanitation.pk,
        "address": ADDRESS, "is_active": "on", "kinds": [], **more,
    }  # fmt: skip


def test_an_administrator_adds_a_robot_and_never_sees_its_address_again(
    browser: Browser, cast: Cast
) -> None:
    client = browser("administrator")
    saved = client.post(ADD, fill(cast), follow=True)
    setting = ChannelSetting.objects.get()
    change = reverse("admin:dispatch_channelsetting_change", args=(setting.pk,))
    for page in (saved, client.get(change), client.get(LIST)):
        text = page.content.decode()
        assert "secret-ab12" not in text
        assert "…ab12" in text
        assert setting.sealed_address not in text
    sealed = setting.sealed_address
    client.post(change, fill(cast, name="新名称", address=""))
    setting.refresh_from_db()
    assert (setting.name, setting.sealed_address) == ("新名称", sealed)
    trail = AuditRecord.objects.filter(action=AuditAction.SETTINGS_CHANGED)
    assert trail.count() == 2
    assert "secret-ab12" not in str([row.data for row in trail])


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "https://10.0.0.5/hook"},
        {"address": "http://qyapi.weixin.qq.com/x"},
        {"address": ""},
        {"address": "x" * 501},
        {"kind": "email"},
        {"kind": "inbox"},
        {"department": ""},
        {"kinds": ["nonsense"]},
    ],
)
def test_wrong_settings_are_refused(browser: Browser, cast: Cast, wrong: dict[str, Any]) -> None:
    answer = browser("administrator").post(ADD, fill(cast, **wrong))
    assert answer.status_code == 200
    assert not ChannelSetting.objects.exists()


def test_only_administrators_see_channels(browser: Browser, cast: Cast) -> None:
    robot = make_robot(cast.sanitation)
    test = reverse("admin:dispatch_channelsetting_test", args=(robot.pk,))
    for username in (*OTHERS, "lead"):
        client = browser(username)
        assert client.get(LIST).status_code == 403, username
        assert client.post(test).status_code == 403, username
    assert browser("administrator").get(test).status_code == 405


def test_the_button_says_what_became_of_the_test(
    browser: Browser, cast: Cast, settings: Any
) -> None:
    client = browser("administrator")
    with fake_robots() as robots:
        settings.WEBHOOK_HOSTS = [robots.origin]
        client.post(ADD, fill(cast, address=robots.wecom_url))
        setting = ChannelSetting.objects.get()
        test = reverse("admin:dispatch_channelsetting_test", args=(setting.pk,))
        assert "测试消息已送达" in client.post(test, follow=True).content.decode()
        assert len(robots.taken) == 1
        robots.script = [{"errcode": 93000, "errmsg": "invalid webhook url"}]
        page = client.post(test, follow=True).content.decode()
        assert "测试消息没有送达：群机器人地址无效" in page
        assert KEY not in page
    page = client.post(test, follow=True).content.decode()
    assert "连接不上对方服务器" in page


def stuck(cast: Cast, *keys: str) -> list[Notification]:
    robot = ChannelSetting.objects.first() or make_robot(cast.sanitation)
    return [
        make_message(
            robot, key, now=timezone.now(), state=NotificationState.STUCK, attempts=8,
            reason="群机器人地址无效（93000）", text="居民原话不在此显示",
        )
        for key in keys
    ]  # fmt: skip


def test_the_stuck_list_gives_reasons_and_sends_again(browser: Browser, cast: Cast) -> None:
    rows = stuck(cast, "a", "b", "c")
    for username in ("lead", "administrator"):
        page = browser(username).get(reverse("outbox")).content.decode()
        assert page.count("群机器人地址无效（93000）") == 3
        assert "居民原话" not in page
    client = browser("lead")
    assert client.get(reverse("inbox-feed")).json()["stuck"] == "3"
    client.post(reverse("outbox-resend"), {"ids": [rows[0].pk, "nonsense"]})
    states = list(Notification.objects.order_by("key").values_list("state", flat=True))
    assert states == ["queued", "stuck", "stuck"]
    client.post(reverse("outbox-resend"), {"all": "1"})
    assert "没有发送失败的通知" in client.get(reverse("outbox")).content.decode()
    again = client.post(reverse("outbox-resend"), {"ids": [rows[0].pk]}, follow=True)
    assert "已不在失败列表中" in again.content.decode()


def test_nobody_else_sees_or_resends(browser: Browser, cast: Cast) -> None:
    (row,) = stuck(cast, "a")
    for username in OTHERS:
        client = browser(username)
        assert client.get(reverse("outbox")).status_code == 403
        assert client.post(reverse("outbox-resend"), {"all": "1"}).status_code == 403
    row.refresh_from_db()
    assert row.state == NotificationState.STUCK
    assert browser("lead").get(reverse("outbox-resend")).status_code == 405


def test_the_lists_cost_the_same_for_one_and_for_three(browser: Browser, cast: Cast) -> None:
    lead, administrator, counts = browser("lead"), browser("administrator"), []
    for keys in ("a", "bc"):
        stuck(cast, *keys)
        for key in keys:
            make_robot(cast.enforcement, name=key, last_error="失败")
        with CaptureQueriesContext(connection) as queries:
            lead.get(reverse("outbox"))
            administrator.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
