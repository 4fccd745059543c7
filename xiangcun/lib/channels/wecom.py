"""企业微信群机器人: POST to the group's webhook; what went wrong is ``errcode`` in a 200 answer.

The service takes 20 messages a minute and robot, 4096 bytes of markdown, 2048 of text. Markdown can
call nobody; an urgent message therefore goes as text with ``@all``.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.channels.base import Message, SendError, cut_bytes, post_to_robot
from xiangcun.lib.outbound import HttpClient

MARKDOWN_BYTES, TEXT_BYTES = 4096, 2048
BUSY = frozenset({45009, 45011, 45033})
AWAY = frozenset({-1, 50001, 60020})
REASONS = {
    93000: "群机器人地址无效，或机器人已被移出群聊",
    40008: "消息格式不被接受",
    40058: "消息格式不被接受",
    93004: "群机器人已停用",
    93008: "机器人不在群聊中",
}


class WecomRobot:
    """One robot of one group."""

    def __init__(self, url: str, *, client: HttpClient) -> None:
        self._url, self._client = url, client

    def send(self, message: Message) -> None:
        """Post the message."""
        code, _errmsg = post_to_robot(self._client, self._url, self._body(message))
        if code == 0:
            return
        if code in BUSY:
            raise SendError("busy", _("发送过于频繁，被企业微信限流（%s）") % code)
        if code in AWAY:
            raise SendError("away", _("企业微信系统繁忙（%s）") % code)
        reason = REASONS.get(code, "企业微信拒绝了这条消息")
        raise SendError("refused", f"{reason}（{code}）")

    @staticmethod
    def _body(message: Message) -> dict[str, Any]:
        if message.urgent:
            content = cut_bytes(message.text, TEXT_BYTES)
            return {"msgtype": "text", "text": {"content": content, "mentioned_list": ["@all"]}}
        content = cut_bytes(message.markdown, MARKDOWN_BYTES)
        return {"msgtype": "markdown", "markdown": {"content": content}}
