"""Who is calling: a WeChat login code becomes a resident and a token."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from reports.models import Resident, ResidentToken
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.text import clean_text
from xiangcun.lib.wechat import code2session

logger = logging.getLogger(__name__)

DEV_PREFIX = "dev:"
_DEV_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh login. ``token`` is shown once and stored as a hash; ``expires_at`` is aware UTC."""

    token: str
    expires_at: datetime
    resident: Resident


@dataclass(frozen=True, slots=True)
class _Identity:
    openid: str
    unionid: str = ""
    nickname: str = ""


def open_session(code: str) -> Session:
    """Log in with the ``code`` of ``wx.login``, or ``dev:<name>`` where settings allow it.

    Raises ``dev_login_forbidden``, ``wechat_code_invalid`` and the other errors of
    :func:`xiangcun.lib.wechat.code2session`, ``account_disabled``. The same openid is the same
    resident, two first logins at once included (unique column). Expiry is the token library's.
    """
    resident = _find_or_create(_identify(code))
    if not resident.is_active:
        raise NotAllowedError("account_disabled", _("该账号已停用，请联系街道工作人员"))
    row, token = ResidentToken.objects.create(user=resident)
    logger.info("session_opened resident=%s", resident.pk)
    return Session(token=token, expires_at=row.expiry, resident=resident)


def close_session(token_digest: str) -> None:
    """Make one token worthless."""
    ResidentToken.objects.filter(pk=token_digest).delete()


def sweep_expired_tokens(*, now: datetime) -> int:
    """Delete tokens whose time is over; return how many."""
    deleted, _by_model = ResidentToken.objects.filter(expiry__lt=now).delete()
    return int(deleted)


def _identify(code: str) -> _Identity:
    if code.startswith(DEV_PREFIX):
        return _identify_developer(code.removeprefix(DEV_PREFIX))
    if settings.DEV_LOGIN:
        raise InvalidInputError.of_field(
            "code", "wechat_code_invalid", _("当前环境未接入微信，请使用 dev:姓名 登录")
        )
    session = code2session(
        code,
        app_id=settings.WECHAT_APPID,
        secret=settings.WECHAT_SECRET,
        base_url=settings.WECHAT_API_BASE,
    )
    return _Identity(session.openid, session.unionid or "")


def _identify_developer(name: str) -> _Identity:
    """Trust the name: only the embedded default, which has no real residents, allows this."""
    if not settings.DEV_LOGIN:
        raise NotAllowedError("dev_login_forbidden", _("正式环境不支持 dev 登录"))
    nickname = clean_text(name)
    if not 1 <= len(nickname) <= _DEV_NAME_LENGTH:
        raise InvalidInputError.of_field(
            "code", "wechat_code_invalid", _("dev: 后请填写 1 至 40 个字的姓名")
        )
    return _Identity(f"{DEV_PREFIX}{nickname}", nickname=nickname)


def _find_or_create(identity: _Identity) -> Resident:
    resident, _created = Resident.objects.get_or_create(
        openid=identity.openid,
        defaults={"unionid": identity.unionid, "nickname": identity.nickname},
    )
    if identity.unionid and resident.unionid != identity.unionid:
        # By openid as well: an erasure since the read must not be filled in again.
        known = Resident.objects.filter(pk=resident.pk, openid=identity.openid)
        known.update(unionid=identity.unionid)
    return resident
