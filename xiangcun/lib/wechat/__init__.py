"""WeChat's services, each a real client with time-outs and typed outcomes."""

from xiangcun.lib.wechat.api import WechatApi, api, build_api
from xiangcun.lib.wechat.base import CLIENT, WechatTooOftenError, WechatUnavailableError
from xiangcun.lib.wechat.checks import CheckOutcome, CheckScene, CheckState, media_verdict
from xiangcun.lib.wechat.fields import fit_field
from xiangcun.lib.wechat.login import (
    WebIdentity,
    WechatSession,
    authorize_url,
    code2session,
    web_identity,
)
from xiangcun.lib.wechat.phone import PhoneNumber
from xiangcun.lib.wechat.push import (
    PushError,
    PushEvent,
    PushKeys,
    SubscribeResult,
    register,
    subscribe_results,
)
from xiangcun.lib.wechat.subscribe import SubscribeMessage, SubscribeOutcome, SubscribeState
from xiangcun.lib.wechat.tokens import AccessTokens, StoredToken, TokenStore

__all__ = [
    "CLIENT",
    "AccessTokens",
    "CheckOutcome",
    "CheckScene",
    "CheckState",
    "PhoneNumber",
    "PushError",
    "PushEvent",
    "PushKeys",
    "StoredToken",
    "SubscribeMessage",
    "SubscribeOutcome",
    "SubscribeResult",
    "SubscribeState",
    "TokenStore",
    "WebIdentity",
    "WechatApi",
    "WechatSession",
    "WechatTooOftenError",
    "WechatUnavailableError",
    "api",
    "authorize_url",
    "build_api",
    "code2session",
    "fit_field",
    "media_verdict",
    "register",
    "subscribe_results",
    "web_identity",
]
