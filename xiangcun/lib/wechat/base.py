"""What all calls of WeChat share: one kept-alive client, typed errors, the reading of ``errcode``.

WeChat answers 200 whatever happened; ``errcode`` may be absent on success and the body may come as
text/plain.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.errors import DomainError, InvalidInputError, NotAllowedError
from xiangcun.lib.outbound import HttpClient, OutboundError

logger = logging.getLogger(__name__)
BUSY = -1
MISCONFIGURED = frozenset({40013, 40125, 40164, 41002, 41004, 48001, 50002})
CLIENT = HttpClient()


class WechatTooOftenError(DomainError):
    """429: WeChat limits a person to 100 logins a minute."""

    status = 429
    retry_after = 60


class WechatUnavailableError(DomainError):
    """503: WeChat is busy or away, or our credentials for it are wrong."""

    status = 503


def errcode_of(answer: Mapping[str, Any]) -> int:
    """Return the error code of an answer, 0 for success."""
    errcode = answer.get("errcode", 0)
    return errcode if isinstance(errcode, int) else 0


def get_twice(client: HttpClient, url: str, query: dict[str, str]) -> dict[str, Any]:
    """Ask; once more when WeChat says that it is busy."""
    answer = _get(client, url, query)
    return _get(client, url, query) if errcode_of(answer) == BUSY else answer


def _get(client: HttpClient, url: str, query: dict[str, str]) -> dict[str, Any]:
    try:
        answer = client.get_json(url, params=query)
    except OutboundError as error:
        raise unreachable() from error
    if not isinstance(answer, dict):
        raise unreachable()
    return answer


def unreachable() -> DomainError:
    """Build the error of a WeChat that does not answer usefully."""
    return WechatUnavailableError("wechat_unreachable", _("暂时连接不上微信，请稍后再试"))


def refusal(errcode: int) -> DomainError:
    """Map an errcode; whatever is unknown is WeChat's trouble and not the resident's."""
    if errcode == 40029:
        return InvalidInputError("wechat_code_invalid", _("登录凭证已失效，请重新登录"))
    if errcode == 40163:
        return InvalidInputError("wechat_code_used", _("登录凭证已使用，请重新登录"))
    if errcode in {45009, 45011}:
        return WechatTooOftenError("too_many_requests", _("操作太频繁，请稍后再试"))
    if errcode == 40226:
        return NotAllowedError("wechat_account_blocked", _("该微信账号存在风险，暂不能登录"))
    if errcode == BUSY:
        return WechatUnavailableError("wechat_busy", _("微信繁忙，请稍后再试"))
    logger.error("wechat_refused errcode=%s", errcode)
    if errcode in MISCONFIGURED:
        return WechatUnavailableError("wechat_misconfigured", _("微信配置有误，请联系管理员"))
    return WechatUnavailableError("wechat_unreachable", _("微信没有完成这次操作，请稍后再试"))
