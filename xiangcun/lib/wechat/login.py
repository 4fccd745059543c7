"""Who somebody is to WeChat: the code of the mini program, and the code of WeChat's own browser.

Sources: the platform's documentation of ``auth.code2Session`` and of web page authorisation
(``/sns/oauth2/access_token``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat.base import CLIENT, errcode_of, get_twice, refusal, unreachable


@dataclass(frozen=True, slots=True)
class WechatSession:
    """Who logged in. ``session_key`` never leaves the server and never shows in a log."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """Who came through WeChat's browser; the openid is of the official account."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


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
    answer = get_twice(client, f"{base_url.rstrip('/')}/sns/jscode2session", query)
    if errcode := errcode_of(answer):
        raise refusal(errcode)
    openid, unionid, key = (answer.get(name) for name in ("openid", "unionid", "session_key"))
    if not isinstance(openid, str) or not openid:
        raise unreachable()
    return WechatSession(openid, str(unionid) if unionid else None, str(key or ""))


def authorize_url(*, app_id: str, redirect_uri: str, state: str, base_url: str) -> str:
    """Return where WeChat's browser asks who it is, without a screen (``snsapi_base``).

    WeChat compares the parameters in this very order, and the fragment belongs to the address.
    """
    query = urlencode(
        {
            "appid": app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
    )
    return f"{base_url.rstrip('/')}/connect/oauth2/authorize?{query}#wechat_redirect"


def web_identity(
    code: str, *, app_id: str, secret: str, base_url: str, client: HttpClient = CLIENT
) -> WebIdentity:
    """Exchange the code that WeChat's browser brought back (valid 5 minutes, once).

    A page opened in WeChat's preview mode has a made-up openid that changes: it is refused
    (``wechat_snapshot``), for the reports of such a person would be lost to them.
    """
    query = {"appid": app_id, "secret": secret, "code": code, "grant_type": "authorization_code"}
    answer = get_twice(client, f"{base_url.rstrip('/')}/sns/oauth2/access_token", query)
    if errcode := errcode_of(answer):
        raise refusal(errcode)
    if answer.get("is_snapshotuser") == 1:
        raise InvalidInputError.of_field(
            "code", "wechat_snapshot", _("当前是微信预览页面，请点击右下角“使用完整服务”后再试")
        )
    openid, unionid = answer.get("openid"), answer.get("unionid")
    if not isinstance(openid, str) or not openid:
        raise unreachable()
    return WebIdentity(openid, str(unionid) if unionid else None)
