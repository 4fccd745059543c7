"""From a stored setting to a channel that sends; the one place where its secrets are opened."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from dispatch.enums import NotificationChannel
from dispatch.models import ChannelSetting
from xiangcun.lib.channels import Channel, SendError
from xiangcun.lib.channels.addresses import check_reachable
from xiangcun.lib.channels.dingtalk import DingtalkRobot
from xiangcun.lib.channels.mail import Mailbox
from xiangcun.lib.channels.wecom import WecomRobot
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.sealing import UnreadableSecretError, unseal

PURPOSE = "channel"
CLIENT = HttpClient()


def open_channel(setting: ChannelSetting, address: str) -> Channel:
    """Return the channel; ``address`` is the mailbox for mail. Raises ``SendError``."""
    if setting.kind == NotificationChannel.EMAIL:
        if not settings.EMAIL_ENABLED:
            raise SendError("refused", _("没有配置邮件服务器（EMAIL_HOST）"))
        return Mailbox(address)
    try:
        url = unseal(setting.sealed_address, purpose=PURPOSE)
        secret = unseal(setting.sealed_secret, purpose=PURPOSE)
    except UnreadableSecretError:
        raise SendError("refused", _("密钥已更换，机器人地址须重新填写")) from None
    if not url:
        raise SendError("refused", _("没有填写机器人地址"))
    check_reachable(url, allowed=settings.WEBHOOK_HOSTS)
    if setting.kind == NotificationChannel.WECOM:
        return WecomRobot(url, client=CLIENT)
    return DingtalkRobot(url, client=CLIENT, secret=secret, keyword=setting.keyword)
