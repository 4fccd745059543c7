"""WeChat's web page authorisation: the way there, and the proof that the way back is ours.

``state`` is signed, expires, and repeats a nonce that an HttpOnly cookie of the same browser holds.
Without that a stranger could hand somebody a link that logs them in as the stranger, and would read
what they report.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from xiangcun.lib import wechat
from xiangcun.lib.errors import InvalidInputError

STATE_COOKIE = "xc_oauth"
STATE_LIFE = timedelta(minutes=10)
_SALT = "xiangcun.web-login"
_SKEW_SECONDS = 60  # between the clocks of two hosts
_PATH_ROOT = "/h5/"
_NONCE_BYTES = 18
_NONCE = re.compile(r"[A-Za-z0-9_-]{24}")
# What a browser takes for "one up", also in its other spelling.
_UPWARDS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what to leave with it."""

    url: str
    nonce: str = field(repr=False)


def depart(next_path: str, *, nonce: str = "", now: datetime) -> Departure | None:
    """Return the way to WeChat and back to ``next_path``, or ``None`` where it is not set up.

    A nonce of ours that the browser has already is kept, so that two open pages of ours do not spoil
    each other's way back.
    """
    if not (settings.WECHAT_H5_APPID and settings.PUBLIC_BASE_URL):
        return None
    nonce = nonce if _NONCE.fullmatch(nonce) else secrets.token_urlsafe(_NONCE_BYTES)
    state = signing.Signer(salt=_SALT).sign_object({"n": nonce, "t": int(now.timestamp())})
    url = wechat.authorize_url(
        app_id=settings.WECHAT_H5_APPID,
        redirect_uri=f"{settings.PUBLIC_BASE_URL}{safe_path(next_path)}",
        state=state,
        base_url=settings.WECHAT_OAUTH_BASE,
    )
    return Departure(url, nonce)


def check_state(state: str, cookie: str, *, now: datetime) -> None:
    """Raise ``wechat_state_invalid`` unless this browser departed within the last ten minutes."""
    try:
        told = signing.Signer(salt=_SALT).unsign_object(state)
        age = now.timestamp() - int(told["t"])
        fresh = -_SKEW_SECONDS <= age <= STATE_LIFE.total_seconds()
        ours = bool(cookie) and compare_digest(str(told["n"]).encode(), cookie.encode())
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        fresh = ours = False
    if not (fresh and ours):
        raise InvalidInputError.of_field(
            "state", "wechat_state_invalid", _("微信登录已过期，请重新打开页面")
        )


def safe_path(path: str) -> str:
    """Return a path below our phone pages; anything else is the first of them."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and "//" not in path
    below = path.startswith(_PATH_ROOT) and not _UPWARDS.search(path.partition("?")[0])
    return path if plain and below else _PATH_ROOT
