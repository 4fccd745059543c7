"""The rules of passwords, and what is remembered when one is set.

Django calls a validator before a password is set and ``password_changed`` after it was saved, by
whatever way: a form, ``createsuperuser``, ``changepassword``. So the history misses none.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.domain.common_passwords import is_common
from dispatch.domain.sessions import revoke_sessions_of
from dispatch.enums import AuditAction
from dispatch.models import FormerPassword, Staff

MIN_CLASSES = 3
REMEMBERED = 5
_MIN_NAME = 3


def password_needs_change(staff: Staff, *, now: datetime) -> bool:
    """Whether nothing else is open to the account until its password is changed.

    Embedded demonstration accounts share the password that ``make run`` prints, and keep it.
    """
    if staff.is_demo and not settings.PRODUCTION:
        return False
    return staff.must_change_password or password_is_old(staff, now=now)


def password_is_old(staff: Staff, *, now: datetime) -> bool:
    """Whether the password is older than ``PASSWORD_MAX_DAYS`` (0: passwords do not age)."""
    days = settings.PASSWORD_MAX_DAYS
    since = staff.password_changed_at or staff.date_joined
    return bool(days) and now - since >= timedelta(days=days)


def set_own_password(
    staff: Staff, password: str, *, keep_session: str | None, address: str, now: datetime
) -> None:
    """Set the password its owner chose, and sign every other browser of theirs off."""
    with transaction.atomic():
        if not FormerPassword.objects.filter(user=staff).exists():
            # ``create_user`` and ``createsuperuser`` tell no validator.
            remember_password(staff, now=staff.date_joined)
        staff.set_password(password)
        staff.must_change_password = False
        staff.save()
        record_audit(AuditAction.PASSWORD_CHANGED, actor=staff, now=now, address=address)
    revoke_sessions_of(staff, actor=staff, keep=keep_session, now=now, address=address)


def note_initial_password(staff: Staff, *, actor: Staff, address: str, now: datetime) -> None:
    """An administrator set it: it must be changed at the next sign-in, and open sessions end."""
    Staff.objects.filter(pk=staff.pk).update(must_change_password=True)
    record_audit(
        AuditAction.PASSWORD_CHANGED, actor=actor, now=now, address=address,
        data={"username": staff.username, "initial": True},
    )  # fmt: skip
    revoke_sessions_of(staff, actor=None, now=now, address=address)


def remember_password(staff: Staff, *, now: datetime) -> None:
    """Note the password just saved as the newest, and forget all but the last few."""
    FormerPassword.objects.create(user=staff, password=staff.password, at=now)
    kept = FormerPassword.objects.filter(user=staff).order_by("-at", "-id")[:REMEMBERED]
    FormerPassword.objects.filter(user=staff).exclude(pk__in=[row.pk for row in kept]).delete()
    Staff.objects.filter(pk=staff.pk).update(password_changed_at=now)
    staff.password_changed_at = now


class _Rule:
    """A rule in Django's shape."""

    def get_help_text(self) -> str:
        """Say the rule."""
        raise NotImplementedError


class LengthValidator(_Rule):
    """At least ``PASSWORD_MIN_LENGTH`` characters."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's hook
        """Refuse a short one."""
        if len(password) < settings.PASSWORD_MIN_LENGTH:
            raise ValidationError(
                _("密码太短，至少 %d 个字符") % settings.PASSWORD_MIN_LENGTH,
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("至少 %d 个字符") % settings.PASSWORD_MIN_LENGTH


class ClassesValidator(_Rule):
    """Three of: upper case, lower case, digits, anything else."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's hook
        """Refuse a uniform one."""
        if len({_class_of(letter) for letter in password}) < MIN_CLASSES:
            raise ValidationError(
                _("密码太单一，请至少混用大写字母、小写字母、数字、符号中的三种"),
                code="password_too_uniform",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("混用大写字母、小写字母、数字、符号中的三种以上")


class OwnNameValidator(_Rule):
    """Not built around the account's own user name or name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse one that contains a name of the account, forwards or backwards."""
        names = (getattr(user, "username", "") or "", getattr(user, "display_name", "") or "")
        folded = _fold(password)
        for name in filter(None, map(_fold, names)):
            long_enough = len(name) >= _MIN_NAME or not name.isascii()
            if long_enough and (name in folded or name[::-1] in folded):
                raise ValidationError(_("密码不能包含用户名或姓名"), code="password_contains_name")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("不包含用户名和姓名")


class CommonValidator(_Rule):
    """Not one that everybody tries first."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's hook
        """Refuse a word of the list, also with a tail or with letters written as figures."""
        if is_common(_fold(password)):
            raise ValidationError(
                _("密码太常见，容易被猜到，请换一个（不要用键盘顺序、拼音、单位名加数字）"),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("不是常见密码，如键盘顺序、常用拼音加数字")


class HistoryValidator(_Rule):
    """Not one of the account's last five."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a former one; five slow comparisons, only when a password is being set."""
        if not isinstance(user, Staff) or user.pk is None:
            return
        former = FormerPassword.objects.filter(user=user).order_by("-at", "-id")[:REMEMBERED]
        stored = Staff.objects.filter(pk=user.pk).values_list("password", flat=True)
        hashes = {*stored, *(row.password for row in former)}
        if any(check_password(password, hashed) for hashed in hashes):
            raise ValidationError(
                _("不能使用最近 %d 次用过的密码") % REMEMBERED, code="password_used_before"
            )

    def password_changed(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's hook
        """Remember the one just saved."""
        if isinstance(user, Staff) and user.pk is not None:
            remember_password(user, now=timezone.now())

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("不是最近 %d 次用过的密码") % REMEMBERED


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")


def _class_of(letter: str) -> str:
    if letter.isdigit():
        return "digit"
    if letter.isupper():
        return "upper"
    return "lower" if letter.islower() else "other"
