"""钉钉群机器人: POST to the group's webhook with a signature of the moment (加签).

The service takes 20 messages a minute and robot; the signature is HMAC-SHA256 over
the timestamp, a line break and the secret, keyed by the secret and good for an hour. A robot may want a keyword in every
message instead, or as well.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.channels.base import Message, SendError, cut_bytes, post_to_robot
from xiangcun.lib.outbound import HttpClient

BODY_BYTES = 18_000
BUSY = frozenset({130101, 130102, 410100, 660026})
AWAY = frozenset({-1})
REFUSED_BY_SETTINGS = 310000
REASONS = {
    300001: "机器人地址中的 access_token 无效",
    400101: "机器人地址中的 access_token 无效",
    400102: "群机器人已停用",
    400013: "群聊已解散",
    430104: "消息内容不合规，被钉钉拒绝",
}
_SETTINGS = (
    ("sign", "加签密钥不正确，或服务器时间相差超过一小时"),
    ("keyword", "消息中没有机器人要求的关键词"),
    ("ip", "服务器地址不在机器人的 IP 白名单内"),
)


def signature(secret: str, timestamp: str) -> str:
    """Return the base64 signature of a moment (milliseconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DingtalkRobot:
    """One robot of one group; ``secret`` and ``keyword`` may be empty."""

    def __init__(
        self,
        url: str,
        *,
        client: HttpClient,
        secret: str = "",
        keyword: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._client = url, client
        self._secret, self._keyword, self._clock = secret, keyword, clock

    def send(self, message: Message) -> None:
        """Post the message."""
        params = {}
        if self._secret:
            timestamp = str(round(self._clock() * 1000))
            params = {"timestamp": timestamp, "sign": signature(self._secret, timestamp)}
        code, said = post_to_robot(self._client, self._url, self._body(message), params=params)
        if code == 0:
            return
        if code in BUSY:
            raise SendError("busy", _("发送过于频繁，被钉钉限流（%s）") % code)
        if code in AWAY:
            raise SendError("away", _("钉钉系统繁忙（%s）") % code)
        raise SendError("refused", f"{_reason(code, said)}（{code}）")

    def _body(self, message: Message) -> dict[str, Any]:
        text = message.markdown
        if self._keyword and self._keyword not in text:
            text = f"{self._keyword}\n\n{text}"
        text = cut_bytes(text, BODY_BYTES)
        return {
            "msgtype": "markdown",
            "markdown": {"title": message.subject, "text": text},
            "at": {"isAtAll": message.urgent},
        }


def _reason(code: int, said: str) -> str:
    if code == REFUSED_BY_SETTINGS:
        found = (reason for word, reason in _SETTINGS if word in said.lower())
        return next(found, "不符合机器人的安全设置")
    return REASONS.get(code, "钉钉拒绝了这条消息")
