"""What every channel has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from django.utils.translation import gettext as _

from xiangcun.lib.outbound import HttpClient, OutboundError

Trouble = Literal["busy", "refused", "away", "unwanted"]
TOO_MANY_REQUESTS = 429
_AWAY = {
    "timeout": "对方服务器没有在规定时间内应答",
    "connect": "连接不上对方服务器",
    "decode": "对方服务器的应答无法识别",
}


@dataclass(frozen=True, slots=True)
class Message:
    """``subject`` is one line; ``markdown`` and ``text`` say the same. ``key`` names the message."""

    subject: str
    text: str
    markdown: str
    urgent: bool = False
    key: str = ""


class SendError(Exception):
    """The message was not taken; ``reason`` is a Chinese sentence without addresses or secrets.

    ``busy``: the rate limit, later it will work. ``refused``: address, key or signature are wrong,
    somebody has to mend the channel. ``away``: no useful answer, perhaps later. ``unwanted``: this one
    recipient cannot be reached, the channel itself works.
    """

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(f"{trouble}: {reason}")
        self.trouble = trouble
        self.reason = reason


class Channel(Protocol):
    """One configured way out."""

    def send(self, message: Message) -> None:
        """Hand the message over; raises :class:`SendError`."""


def post_to_robot(
    client: HttpClient, url: str, body: Mapping[str, Any], *, params: dict[str, str] | None = None
) -> tuple[int, str]:
    """Post to a chat robot and return its ``errcode`` and ``errmsg``; both services answer so.

    An answer without a numeric ``errcode`` is no answer of such a robot.
    """
    try:
        answer = client.post_json(url, body, params=params)
    except OutboundError as error:
        raise _no_answer(error) from None
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise SendError("away", _(_AWAY["decode"]))
    return code, str(answer.get("errmsg", ""))


def cut_bytes(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` bytes of UTF-8, whole characters, marked when cut."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    mark = "\n…"
    return raw[: limit - len(mark.encode())].decode(errors="ignore") + mark


def _no_answer(error: OutboundError) -> SendError:
    if error.kind != "http":
        return SendError("away", _(_AWAY[error.kind]))
    if error.status == TOO_MANY_REQUESTS:
        return SendError("busy", _("发送过于频繁，被对方限流"))
    if error.status is not None and error.status < 500:
        return SendError("refused", _("对方服务器拒绝接收（HTTP %s）") % error.status)
    return SendError("away", _("对方服务器出错（HTTP %s）") % error.status)
