"""Subscribe messages: one per consent of the person, and a refusal is a normal outcome.

Source: the platform's documentation of ``subscribeMessage.send``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import OutboundError
from xiangcun.lib.wechat.base import errcode_of
from xiangcun.lib.wechat.fields import Value, fit_field
from xiangcun.lib.wechat.gateway import TRANSIENT, Gateway

logger = logging.getLogger(__name__)
_PATH = "/cgi-bin/message/subscribe/send"
_FIELD = re.compile(r"data\.([a-z_]+\d*)")
VERSIONS = {"release": "formal", "trial": "trial", "develop": "developer"}


class SubscribeState(StrEnum):
    """What came of a message."""

    SENT = "sent"
    NO_QUOTA = "no_quota"
    BAD_RECEIVER = "bad_receiver"
    BAD_TEMPLATE = "bad_template"
    BAD_PAGE = "bad_page"
    BAD_FIELD = "bad_field"
    MISCONFIGURED = "misconfigured"
    RETRY = "retry"


_STATES = {
    0: SubscribeState.SENT,
    43101: SubscribeState.NO_QUOTA,
    40003: SubscribeState.BAD_RECEIVER,
    40037: SubscribeState.BAD_TEMPLATE,
    41030: SubscribeState.BAD_PAGE,
    47003: SubscribeState.BAD_FIELD,
}
_REASONS = {
    SubscribeState.SENT: "",
    SubscribeState.NO_QUOTA: "居民没有订阅，或订阅次数已用完",
    SubscribeState.BAD_RECEIVER: "微信不认识这位收件人",
    SubscribeState.BAD_TEMPLATE: "消息模板编号不正确",
    SubscribeState.BAD_PAGE: "小程序没有要打开的页面",
    SubscribeState.BAD_FIELD: "消息模板的字段不符合要求",
    SubscribeState.MISCONFIGURED: "微信拒绝发送，请检查小程序配置",
    SubscribeState.RETRY: "微信暂时没有收下这条消息",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeMessage:
    """``fields`` by the names of the template (``thing1``); values are cut to fit their types."""

    openid: str = field(repr=False)
    template_id: str
    fields: Mapping[str, Value] = field(repr=False)
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeOutcome:
    """``reason`` is Chinese for staff and names no person.

    ``maybe_sent``: the request may have arrived although nobody answered; a second one could be a
    second message, or use up a second consent.
    """

    state: SubscribeState
    errcode: int = 0
    reason: str = ""
    maybe_sent: bool = False

    @property
    def final(self) -> bool:
        """Say whether trying again is of no use."""
        return self.state != SubscribeState.RETRY


def send_subscribe(
    gateway: Gateway, message: SubscribeMessage, *, version: str = "release"
) -> SubscribeOutcome:
    """Send one message; never raises."""
    body = {
        "touser": message.openid,
        "template_id": message.template_id,
        "page": message.page.lstrip("/"),
        "data": {name: {"value": fit_field(name, v)} for name, v in message.fields.items()},
        "miniprogram_state": VERSIONS[version],
        "lang": "zh_CN",
    }
    try:
        answer = gateway.post(_PATH, body)
    except OutboundError as error:
        return _retry(maybe_sent=error.arrived and error.kind != "http")
    except DomainError as error:
        return _retry(reason=error.message)
    return _outcome(errcode_of(answer), str(answer.get("errmsg", "")))


def _outcome(errcode: int, errmsg: str) -> SubscribeOutcome:
    if errcode in TRANSIENT:
        return _retry(errcode=errcode)
    state = _STATES.get(errcode, SubscribeState.MISCONFIGURED)
    reason = _(_REASONS[state])
    if state == SubscribeState.BAD_FIELD and (found := _FIELD.search(errmsg)):
        reason = f"{reason}（{found[1]}）"
    if state not in {SubscribeState.SENT, SubscribeState.NO_QUOTA}:
        logger.warning("wechat_subscribe_refused errcode=%s state=%s", errcode, state)
    return SubscribeOutcome(state=state, errcode=errcode, reason=reason)


def _retry(*, errcode: int = 0, reason: str = "", maybe_sent: bool = False) -> SubscribeOutcome:
    return SubscribeOutcome(
        state=SubscribeState.RETRY,
        errcode=errcode,
        reason=reason or _(_REASONS[SubscribeState.RETRY]),
        maybe_sent=maybe_sent,
    )
