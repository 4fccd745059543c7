"""What people do about channels: fill in an address, try it, send again what is stuck."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.domain.channel_ways import PURPOSE, open_channel
from dispatch.domain.outbox import Opener, note_success
from dispatch.enums import AuditAction, NotificationChannel, NotificationState, Role
from dispatch.models import ChannelSetting, Notification, Staff
from xiangcun.lib import bell
from xiangcun.lib.channels import Message, SendError
from xiangcun.lib.channels.addresses import check_address
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.sealing import seal

RESENDS = frozenset({Role.LEAD, Role.ADMINISTRATOR})
SWEEP_TASK = "dispatch.sweep_notifications"
MOST_RESENT = 1000


def seal_address(setting: ChannelSetting, *, address: str, secret: str) -> None:
    """Put a new address (and DingTalk's secret) on the unsaved row; "" keeps what is there.

    Raises ``InvalidInputError`` for an address that may not be called.
    """
    if address:
        try:
            check_address(address, allowed=settings.WEBHOOK_HOSTS)
        except SendError as error:
            raise InvalidInputError.of_field("address", "bad_address", error.reason) from None
        setting.sealed_address = seal(address, purpose=PURPOSE)
        setting.hint = masked_address(address)
    if secret:
        setting.sealed_secret = seal(secret, purpose=PURPOSE)
    setting.next_send_at = None


def masked_address(address: str) -> str:
    """Return ``qyapi.weixin.qq.com …ab12``: enough to tell two robots apart, useless to a thief."""
    parts = urlsplit(address)
    return f"{parts.hostname} …{address[-4:]}"


def mail_setting() -> ChannelSetting:
    """Return the row that stands for the mail server, made when missing."""
    return ChannelSetting.objects.get_or_create(
        kind=NotificationChannel.EMAIL, defaults={"name": _("电子邮件"), "hint": ""}
    )[0]


def send_test(
    setting: ChannelSetting, *, user: Staff, now: datetime, opener: Opener = open_channel
) -> str:
    """Send a test message now and return "" or the Chinese reason why it did not arrive.

    A success ends the pause after failures: whoever mended the channel need not wait.
    """
    text = _("这是一条测试消息，由 %(who)s 发送。收到说明渠道可用。") % {"who": user}
    if setting.kind == NotificationChannel.EMAIL and not user.email:
        return _("您的账号没有填写邮箱，无法接收测试邮件")
    message = Message(_("乡村小脑测试消息"), text, text, key=f"test/{uuid.uuid4()}")
    try:
        opener(setting, user.email).send(message)
    except SendError as error:
        ChannelSetting.objects.filter(pk=setting.pk).update(
            last_error=error.reason[:200], last_failed_at=now
        )
        return error.reason
    note_success(setting, now=now)
    ChannelSetting.objects.filter(pk=setting.pk).update(next_send_at=None)
    return ""


def resend_stuck(
    ids: Iterable[int] | None,
    *,
    roles: frozenset[Role],
    user: Staff,
    now: datetime,
    address: str = "",
) -> int:
    """Queue stuck messages again (all when ``ids`` is None, 1000 at most) and return how many.

    Audited, as it makes the system talk to people once more.
    """
    if not roles & RESENDS:
        raise NotAllowedError("role_not_allowed", _("只有值班领导和系统管理员可以重发"))
    with transaction.atomic():
        stuck = Notification.objects.filter(state=NotificationState.STUCK)
        if ids is not None:
            stuck = stuck.filter(pk__in=list(ids))
        chosen = list(stuck.order_by("pk").values_list("pk", "setting_id")[:MOST_RESENT])
        pks = [pk for pk, _setting in chosen]
        again = Notification.objects.filter(pk__in=pks, state=NotificationState.STUCK)
        count = again.update(state=NotificationState.QUEUED, attempts=0, not_before=now, reason="")
        if not count:
            return 0
        channels = ChannelSetting.objects.filter(pk__in={setting for _pk, setting in chosen})
        channels.filter(is_active=True).update(next_send_at=None)
        record_audit(
            AuditAction.NOTIFICATION_RESENT,
            actor=user,
            now=now,
            data={"notifications": pks[:50], "count": count},
            address=address,
        )
        bell.ring_on_commit(SWEEP_TASK)
        return count
