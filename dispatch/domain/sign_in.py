"""The first step of signing in: user name and password, with one answer to every kind of wrong."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.domain.lockout import forget_failures, note_failure, reserve_attempt
from dispatch.models import SignInAttempt, Staff
from xiangcun.lib.errors import InvalidInputError


def check_password_step(
    username: str,
    password: str,
    *,
    request: HttpRequest | None = None,
    address: str,
    now: datetime,
) -> Staff:
    """Return the account; raise ``LockedOutError``, or one error for whatever else is wrong.

    An unknown name costs the same hashing as a wrong password (Django's backend sees to that), and a
    switched-off account answers as if it were unknown.
    """
    attempt = reserve_attempt(username, step=SignInAttempt.PASSWORD, address=address, now=now)
    user = authenticate(request, username=username.replace("\x00", ""), password=password)
    if isinstance(user, Staff) and user.is_staff:
        forget_failures(attempt)
        return user
    known = Staff.objects.filter(username=username.replace("\x00", "")).first()
    note_failure(attempt, user=known, now=now)
    raise InvalidInputError("wrong_credentials", _("用户名或密码不正确，请重新输入"))
