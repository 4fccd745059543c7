"""Who a login proves somebody to be, and which row of ours that is.

``Resident.openid`` tells the door by its prefix: ``guest:`` and a digest for a browser, ``h5:`` and
an openid of the official account, ``dev:`` and a name, no prefix and the openid of the mini program.
The doors of WeChat share a ``unionid`` where the township has bound both to one open platform; then
they are one person, and the mini program's openid, the one messages go to, is the one that is kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from reports.models import Resident
from xiangcun.lib import wechat
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.text import clean_text

DEV_PREFIX, GUEST_PREFIX, H5_PREFIX = "dev:", "guest:", "h5:"
_PREFIXES = (DEV_PREFIX, GUEST_PREFIX, H5_PREFIX)
_DEV_NAME_LENGTH = 40
_DEVICE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a login has proved."""

    openid: str = field(repr=False)
    unionid: str = field(default="", repr=False)
    nickname: str = ""

    @property
    def is_guest(self) -> bool:
        """Say whether it proves nothing but the same browser."""
        return self.openid.startswith(GUEST_PREFIX)


def identify_mini_program(code: str) -> Identity:
    """Ask WeChat whose ``wx.login`` code this is; ``dev:<name>`` is believed where settings allow it."""
    if code.startswith(DEV_PREFIX):
        return _identify_developer(code.removeprefix(DEV_PREFIX))
    if settings.DEV_LOGIN:
        raise InvalidInputError.of_field(
            "code", "wechat_code_invalid", _("当前环境未接入微信，请使用 dev:姓名 登录")
        )
    if not settings.WECHAT_APPID:
        raise NotAllowedError("wechat_off", _("没有接入微信小程序，请用手机浏览器打开上报页面"))
    session = wechat.code2session(
        code,
        app_id=settings.WECHAT_APPID,
        secret=settings.WECHAT_SECRET,
        base_url=settings.WECHAT_API_BASE,
    )
    return Identity(session.openid, session.unionid or "")


def identify_web(code: str) -> Identity:
    """Ask WeChat who brought this code from its own browser; the caller has checked ``state``."""
    if not settings.WECHAT_H5_APPID:
        raise NotAllowedError("wechat_h5_off", _("没有开通微信网页登录，可以直接使用本页面"))
    person = wechat.web_identity(
        code,
        app_id=settings.WECHAT_H5_APPID,
        secret=settings.WECHAT_H5_SECRET,
        base_url=settings.WECHAT_API_BASE,
    )
    return Identity(f"{H5_PREFIX}{person.openid}", person.unionid or "")


def identify_guest(device: str) -> Identity:
    """Believe the secret that only this browser has; we keep its digest, as of a password.

    No salt and no slow hash: the secret is 32 random bytes, which nobody can guess or list.
    """
    if not settings.GUEST_LOGIN:
        raise NotAllowedError("guest_login_off", _("请在微信中打开本页面后再上报"))
    if not _DEVICE.fullmatch(device):
        raise InvalidInputError.of_field("device", "device_invalid", _("设备标识格式不正确"))
    digest = hashlib.sha256(f"xiangcun.guest:{device}".encode()).hexdigest()
    return Identity(f"{GUEST_PREFIX}{digest}")


def is_guest(resident: Resident) -> bool:
    """Say whether we know of this person nothing but the browser."""
    return (resident.openid or "").startswith(GUEST_PREFIX)


def is_known_person(resident: Resident) -> bool:
    """Whether somebody stands behind the account: WeChat, or a verified number; no browser's guest."""
    return not is_guest(resident) or resident.phone_verified_at is not None


def wechat_openid(resident: Resident) -> str:
    """Return the openid of the mini program; "" for whom WeChat's services know nobody."""
    openid = resident.openid or ""
    return "" if openid.startswith(_PREFIXES) else openid


def resident_of_openid(openid: str) -> Resident | None:
    """Return whom WeChat means by an openid of the mini program."""
    if not openid or openid.startswith(_PREFIXES):
        return None
    return Resident.objects.filter(openid=openid).first()


def _identify_developer(name: str) -> Identity:
    """Trust the name: only the embedded default, which has no real residents, allows this."""
    if not settings.DEV_LOGIN:
        raise NotAllowedError("dev_login_forbidden", _("正式环境不支持 dev 登录"))
    nickname = clean_text(name)
    if not 1 <= len(nickname) <= _DEV_NAME_LENGTH:
        raise InvalidInputError.of_field(
            "code", "wechat_code_invalid", _("dev: 后请填写 1 至 40 个字的姓名")
        )
    return Identity(f"{DEV_PREFIX}{nickname}", nickname=nickname)
