"""Addresses are sealed, tests say what happened, and stuck messages go out again under audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.domain.channel_settings import (
    mail_setting,
    resend_stuck,
    seal_address,
    send_test,
)
from dispatch.domain.channel_ways import open_channel
from dispatch.domain.outbox import deliver_channel
from dispatch.domain.retention import purge_notifications
from dispatch.enums import AuditAction, NotificationState, Role
from dispatch.models import AuditRecord, ChannelSetting, Notification
from tests.dispatch.factories import NOW, Cast, make_cast
from tests.dispatch.notices import ADDRESS, Way, make_message, make_robot
from tests.fakes.robots import fake_robots
from xiangcun.lib.channels import SendError
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db
LEAD = frozenset({Role.LEAD})


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_address_is_sealed_and_hinted_at(cast: Cast) -> None:
    robot = make_robot(cast.sanitation)
    robot.refresh_from_db()
    assert "secret-ab12" not in robot.sealed_address
    assert robot.hint == "qyapi.weixin.qq.com …ab12"
    seal_address(robot, address="", secret="")
    assert robot.sealed_address


def test_an_address_elsewhere_is_refused(cast: Cast) -> None:
    robot = make_robot(cast.sanitation)
    before = robot.sealed_address
    for address in ("http://qyapi.weixin.qq.com/x", "https://10.0.0.5/x", "nonsense"):
        with pytest.raises(InvalidInputError):
            seal_address(robot, address=address, secret="")
    assert robot.sealed_address == before


def test_a_changed_key_is_said_and_an_old_one_still_opens(cast: Cast, settings: Any) -> None:
    robot = make_robot(cast.sanitation)
    settings.WEBHOOK_HOSTS = []
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(SendError, match="重新填写"):
        open_channel(robot, "")
    settings.SECRET_KEY_FALLBACKS = [old]
    with pytest.raises(SendError, match="名单"):
        open_channel(robot, "")


def test_from_the_row_to_the_group_through_a_real_socket(cast: Cast, settings: Any) -> None:
    with fake_robots() as robots:
        settings.WEBHOOK_HOSTS = [robots.origin]
        settings.PUBLIC_BASE_URL = "https://office.example"
        setting = ChannelSetting(kind="wecom", name="群", department=cast.sanitation)
        seal_address(setting, address=robots.wecom_url, secret="")
        setting.save()
        make_message(setting, "a", text="新派单：[点我](http://evil) @all *粗*")
        assert deliver_channel(setting.pk, now=NOW) == 1
        content = robots.taken[0]["markdown"]["content"]
        assert "](http://evil" not in content
        assert "@all" not in content


def test_a_test_message_says_what_happened_and_ends_the_pause(cast: Cast) -> None:
    robot, user = make_robot(cast.sanitation), cast.lead.user
    assert user is not None
    ChannelSetting.objects.update(next_send_at=NOW + timedelta(hours=1), failure_count=3)
    way = Way(errors=[SendError("refused", "群机器人地址无效（93000）")])
    assert send_test(robot, user=user, now=NOW, opener=way) == "群机器人地址无效（93000）"
    robot.refresh_from_db()
    assert robot.last_error == "群机器人地址无效（93000）"
    assert send_test(robot, user=user, now=NOW, opener=way) == ""
    robot.refresh_from_db()
    assert (robot.last_error, robot.failure_count, robot.next_send_at) == ("", 0, None)
    assert "没有填写邮箱" in send_test(mail_setting(), user=user, now=NOW, opener=way)


def test_resending_is_for_leads_and_administrators_and_audited(cast: Cast) -> None:
    robot, user = make_robot(cast.sanitation), cast.lead.user
    assert user is not None
    stuck = [
        make_message(robot, key, state=NotificationState.STUCK, attempts=8, reason="无效")
        for key in "ab"
    ]
    make_message(robot, "sent", state=NotificationState.SENT)
    with pytest.raises(NotAllowedError):
        resend_stuck(None, roles=frozenset({Role.DISPATCHER}), user=user, now=NOW)
    assert resend_stuck([stuck[0].pk], roles=LEAD, user=user, now=NOW) == 1
    assert resend_stuck([stuck[0].pk], roles=LEAD, user=user, now=NOW) == 0
    assert resend_stuck(None, roles=LEAD, user=user, now=NOW) == 1
    states = set(Notification.objects.exclude(key="sent").values_list("state", "attempts"))
    assert states == {(NotificationState.QUEUED, 0)}
    trail = AuditRecord.objects.filter(action=AuditAction.NOTIFICATION_RESENT)
    assert [row.data["count"] for row in trail.order_by("pk")] == [1, 1]


def test_old_messages_go_and_what_waits_stays(cast: Cast, settings: Any) -> None:
    robot = make_robot(cast.sanitation)
    old = NOW - timedelta(days=settings.NOTIFICATION_DAYS + 1)
    for state in NotificationState:
        make_message(robot, state.value, now=old, state=state)
    make_message(robot, "new", state=NotificationState.SENT)
    assert purge_notifications(now=NOW) == 2
    kept = set(Notification.objects.values_list("key", flat=True))
    assert kept == {"new", "queued", "sending", "stuck"}
    assert ADDRESS not in str(list(ChannelSetting.objects.values()))
