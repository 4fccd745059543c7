"""The two channels seen alike: what came of one letter, whoever carried it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.identity import wechat_openid
from reports.domain.message_letters import Letter
from reports.domain.sms_sending import send_notice_sms
from reports.enums import MessageChannel
from reports.models import Resident
from xiangcun.lib import wechat
from xiangcun.lib.wechat import SubscribeMessage, SubscribeOutcome, SubscribeState

Trouble = Literal["", "away", "busy", "no_quota", "unwanted", "refused"]


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of a letter.

    ``away``: nobody answered; ``busy``: not now; ``no_quota``: the person has not subscribed (normal);
    ``unwanted``: this person cannot be reached so (normal); ``refused``: our settings are wrong.
    ``reason`` is Chinese for staff and names nobody.
    """

    trouble: Trouble = ""
    reason: str = ""
    reference: str = ""
    maybe_sent: bool = False


Sender = Callable[[Letter, Resident, str, datetime], Carried]


def send_by_wechat(letter: Letter, resident: Resident, template_id: str, now: datetime) -> Carried:  # noqa: ARG001 - a Sender
    """Send one subscribe message."""
    api = wechat.api()
    openid = wechat_openid(resident)
    if api is None:
        return Carried("refused", _("没有配置微信小程序"))
    if not openid:
        return Carried("unwanted", _("不是微信小程序用户"))
    outcome = api.send_subscribe(
        SubscribeMessage(
            openid=openid,
            template_id=template_id,
            fields=letter.fields(),
            page=letter.page(),
        )
    )
    return _carried_by_wechat(outcome)


def send_by_sms(letter: Letter, resident: Resident, template_id: str, now: datetime) -> Carried:  # noqa: ARG001 - a Sender
    """Send one text message."""
    outcome = send_notice_sms(resident.pk, resident.phone, letter.text(), url=letter.url(), now=now)
    trouble = "refused" if outcome.trouble == "off" else outcome.trouble
    return Carried(trouble, outcome.reason, outcome.reference, outcome.maybe_sent)


SENDERS: Mapping[str, Sender] = MappingProxyType(
    {MessageChannel.WECHAT: send_by_wechat, MessageChannel.SMS: send_by_sms}
)

_NORMAL: Mapping[SubscribeState, tuple[Trouble, object]] = MappingProxyType(
    {
        SubscribeState.SENT: ("", ""),
        SubscribeState.NO_QUOTA: ("no_quota", gettext_lazy("居民没有订阅，或订阅次数已用完")),
        SubscribeState.BAD_RECEIVER: ("unwanted", gettext_lazy("微信找不到该用户")),
        SubscribeState.RETRY: ("away", gettext_lazy("微信暂时没有回应")),
    }
)


def _carried_by_wechat(outcome: SubscribeOutcome) -> Carried:
    known = _NORMAL.get(outcome.state)
    if known is not None:
        trouble, reason = known
        return Carried(trouble, str(reason), maybe_sent=outcome.maybe_sent)
    reason = _("微信拒绝（%(code)s）：%(reason)s")
    return Carried("refused", reason % {"code": outcome.errcode, "reason": outcome.reason})
