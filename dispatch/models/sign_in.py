"""What signing in leaves behind: sessions, failures, former passwords, the second factor."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.staff import Staff


class StaffSession(models.Model):
    """One signed-in browser 登录会话, beside Django's own session row of the same key.

    Revoking deletes both. ``device`` is words ("Windows · Edge"), ``address`` the client's address.
    """

    user = models.ForeignKey(
        Staff, models.CASCADE, related_name="sessions", verbose_name=_("工作人员")
    )
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(_("设备"), max_length=60, blank=True)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    started_at = models.DateTimeField(_("登录时间"))
    last_seen_at = models.DateTimeField(_("最近操作"))
    second_factor = models.BooleanField(_("已核对动态口令"), default=False)

    class Meta:
        verbose_name = _("登录会话")
        verbose_name_plural = _("登录会话")
        indexes = [models.Index(fields=["-last_seen_at"], name="session_seen")]

    def __str__(self) -> str:
        return f"{self.user} {self.device}"


class KnownAddress(models.Model):
    """An address an account has signed in from: a stranger's failures do not lock it there."""

    user = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    address = models.CharField(max_length=45)
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "address"], name="known_address_once"),
        ]

    def __str__(self) -> str:
        return self.address


class SignInAttempt(models.Model):
    """A try that has not succeeded 登录尝试: written before the password is looked at.

    ``name`` is the user name as typed, folded; it need not be an account. ``step`` is ``password``
    or ``code``. Success and an unlocking officer delete the rows; a sweep deletes old ones.
    """

    PASSWORD, CODE = "password", "code"

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=45, blank=True)
    step = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=["password", "code"]), name="sign_in_step_known"
            ),
        ]
        indexes = [
            models.Index(fields=["name", "step", "at"], name="sign_in_name"),
            models.Index(fields=["at"], name="sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.step}"


class FormerPassword(models.Model):
    """A password an account has had, hashed; the newest is the present one."""

    user = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="former_password_user")]

    def __str__(self) -> str:
        return str(self.at)


class SecondFactor(models.Model):
    """An account's TOTP secret 动态口令, encrypted; in force once ``confirmed_at`` is set.

    ``last_step`` is the 30-second step of the last accepted code: neither it nor an earlier one is
    accepted again.
    """

    user = models.OneToOneField(Staff, models.CASCADE, related_name="+")
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """A code for the day the telephone is lost 恢复码: used once, kept as a keyed hash."""

    user = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return str(self.user_id)
