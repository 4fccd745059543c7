"""WeChat's ``code2Session``: a login code of the mini program becomes an openid.

Source: the platform's documentation of ``auth.code2Session``; ``errcode`` may be absent on success
and the body may come as text/plain.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.errors import DomainError, InvalidInputError, NotAllowedError
from xiangcun.lib.outbound import HttpClient, OutboundError

logger = logging.getLogger(__name__)
BUSY, MISCONFIGURED = -1, frozenset({40013, 40125, 41002, 41004})
CLIENT = HttpClient()


class WechatTooOftenError(DomainError):
    """429: WeChat limits a person to 100 logins a minute."""

    status = 429
    retry_after = 60


class WechatUnavailableError(DomainError):
    """503: WeChat is busy or away, or our credentials for it are wrong."""

    status = 503


@dataclass(frozen=True, slots=True)
class WechatSession:
    """Who logged in. ``session_key`` never leaves the server and never shows in a log."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


def code2session(
    code: str, *, app_id: str, secret: str, base_url: str, client: HttpClient = CLIENT
) -> WechatSession:
    """Exchange a login code (valid 5 minutes, once); raises typed errors with Chinese messages."""
    query = {
        "appid": app_id,
        "secret": secret,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    url = f"{base_url.rstrip('/')}/sns/jscode2session"
    answer = _ask(client, url, query)
    if _errcode(answer) == BUSY:
        answer = _ask(client, url, query)
    errcode = _errcode(answer)
    if errcode:
        raise _refusal(errcode)
    openid, unionid, key = (answer.get(name) for name in ("openid", "unionid", "session_key"))
    if not isinstance(openid, str) or not openid:
        raise _unreachable()
    return WechatSession(openid, str(unionid) if unionid else None, str(key or ""))


def _ask(client: HttpClient, url: str, query: dict[str, str]) -> dict[str, Any]:
    try:
        answer = client.get_json(url, params=query)
    except OutboundError as error:
        raise _unreachable() from error
    if not isinstance(answer, dict):
        raise _unreachable()
    return answer


def _errcode(answer: dict[str, Any]) -> int:
    errcode = answer.get("errcode", 0)
    return errcode if isinstance(errcode, int) else 0


def _unreachable() -> DomainError:
    return WechatUnavailableError("wechat_unreachable", _("暂时连接不上微信，请稍后再试"))


def _refusal(errcode: int) -> DomainError:
    """Map an errcode; whatever is unknown is WeChat's trouble and not the resident's."""
    if errcode == 40029:
        return InvalidInputError("wechat_code_invalid", _("登录凭证已失效，请重新登录"))
    if errcode == 40163:
        return InvalidInputError("wechat_code_used", _("登录凭证已使用，请重新登录"))
    if errcode == 45011:
        return WechatTooOftenError("too_many_requests", _("登录太频繁，请稍后再试"))
    if errcode == 40226:
        return NotAllowedError("wechat_account_blocked", _("该微信账号存在风险，暂不能登录"))
    if errcode == BUSY:
        return WechatUnavailableError("wechat_busy", _("微信繁忙，请稍后再试"))
    logger.error("wechat_refused errcode=%s", errcode)
    if errcode in MISCONFIGURED:
        return WechatUnavailableError("wechat_misconfigured", _("微信登录配置有误，请联系管理员"))
    return WechatUnavailableError("wechat_unreachable", _("微信登录失败，请稍后再试"))
