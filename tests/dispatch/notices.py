"""Channels of the tests: a robot, the mail server, and a way out that a test can break."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.domain.channel_settings import seal_address
from dispatch.enums import NotificationChannel, NotificationKind, NotificationState
from dispatch.models import ChannelSetting, Department, Notification, Staff
from tests.dispatch.factories import NOW
from xiangcun.lib.channels import Channel, Message, SendError

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-ab12"


@dataclass
class Way:
    """Records what is sent; raises ``errors`` first, one a message."""

    sent: list[Message] = field(default_factory=list)
    errors: list[SendError] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __call__(self, setting: ChannelSetting, address: str) -> Channel:
        self.addresses.append(address)
        return self

    def send(self, message: Message) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)


def make_robot(department: Department, **extra: object) -> ChannelSetting:
    """Return a WeCom robot of the department's group."""
    values = {"kind": NotificationChannel.WECOM, "name": f"{department}群", **extra}
    setting = ChannelSetting(department=department, **values)
    seal_address(setting, address=ADDRESS, secret="")
    setting.save()
    return setting


def make_message(
    setting: ChannelSetting,
    key: str,
    *,
    now: datetime = NOW,
    user: Staff | None = None,
    **extra: object,
) -> Notification:
    """Return a row that is due now."""
    values: dict[str, object] = {
        "key": key,
        "kind": NotificationKind.TASK,
        "channel": setting.kind,
        "setting": setting,
        "user": user,
        "text": f"新派单：{key}",
        "state": NotificationState.QUEUED,
        "not_before": now,
        "created_at": now,
    }
    return Notification.objects.create(**{**values, **extra})
