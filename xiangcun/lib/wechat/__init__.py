"""WeChat's services, each a real client with time-outs and typed outcomes."""

from xiangcun.lib.wechat.base import CLIENT, WechatTooOftenError, WechatUnavailableError
from xiangcun.lib.wechat.login import (
    WebIdentity,
    WechatSession,
    authorize_url,
    code2session,
    web_identity,
)

__all__ = [
    "CLIENT",
    "WebIdentity",
    "WechatSession",
    "WechatTooOftenError",
    "WechatUnavailableError",
    "authorize_url",
    "code2session",
    "web_identity",
]
