"""Logging in: a code of WeChat, or the secret of a browser, becomes a resident and a token."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from reports.domain.identity import (
    Identity,
    identify_guest,
    identify_mini_program,
    identify_web,
)
from reports.domain.joining import absorb
from reports.domain.persons import find_or_create
from reports.domain.web_login import check_state
from reports.models import Resident, ResidentToken
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

logger = logging.getLogger(__name__)

Door = Literal["miniprogram", "h5"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody shows to log in. ``cookie`` binds ``state`` to the browser that asked for it."""

    code: str = field(default="", repr=False)
    via: Door = "miniprogram"
    state: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh login. ``token`` is shown once and stored as a hash; ``expires_at`` is aware UTC.

    ``formerly`` are the ids of rows that became part of this person lately.
    """

    token: str = field(repr=False)
    expires_at: datetime
    resident: Resident
    formerly: tuple[int, ...] = ()


def open_session(credentials: Credentials, *, now: datetime) -> Session:
    """Log in by a code, or as the guest of a browser; with both, the guest's reports come along.

    Raises ``account_disabled`` and the errors of ``reports.domain.identity``, ``check_state`` and
    WeChat's clients. The same identity is the same resident, two first logins at once included
    (unique column). Expiry is the token library's.
    """
    identity = _identify(credentials, now=now)
    resident = find_or_create(identity, now=now)
    if not resident.is_active:
        raise NotAllowedError("account_disabled", _("该账号已停用，请联系街道工作人员"))
    if credentials.device and not identity.is_guest:
        _bring_along(credentials.device, resident, now=now)
    row, token = ResidentToken.objects.create(user=resident)
    logger.info("session_opened resident=%s", resident.pk)
    formerly = Resident.objects.filter(absorbed_by=resident).order_by("pk")
    return Session(
        token=token,
        expires_at=row.expiry,
        resident=resident,
        formerly=tuple(formerly.values_list("pk", flat=True)),
    )


def close_session(token_digest: str) -> None:
    """Make one token worthless."""
    ResidentToken.objects.filter(pk=token_digest).delete()


def sweep_expired_tokens(*, now: datetime) -> int:
    """Delete tokens whose time is over; return how many."""
    deleted, _by_model = ResidentToken.objects.filter(expiry__lt=now).delete()
    return int(deleted)


def _identify(credentials: Credentials, *, now: datetime) -> Identity:
    if not credentials.code:
        if not credentials.device:
            raise InvalidInputError.of_field("code", "required", _("请提供登录凭证"))
        return identify_guest(credentials.device)
    if credentials.via == "h5":
        check_state(credentials.state, credentials.cookie, now=now)
        return identify_web(credentials.code)
    return identify_mini_program(credentials.code)


def _bring_along(device: str, resident: Resident, *, now: datetime) -> None:
    """Give the reports of this browser's guest to the person who has just logged in on it."""
    guest = Resident.objects.filter(openid=identify_guest(device).openid).first()
    if guest is not None and guest.is_active:
        absorb(guest, resident, now=now)
