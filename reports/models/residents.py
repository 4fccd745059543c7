"""Residents and their tokens. Staff accounts are another table (``dispatch.Staff``) on purpose."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from reports.enums import AgeBand, ResidentRole
from reports.models.places import Grid


class Resident(models.Model):  # type: ignore[django-manager-missing]  # an untyped library manager
    """One person of the resident API.

    ``openid`` is personal information (PIPL): it leaves this table for WeChat's servers only. Its
    prefix tells the door that somebody came through (``reports.domain.identity``).
    After an erasure the row stays as a tombstone with every identifying column emptied.
    ``consents`` is what counts now of the consent log, ``{kind: bool}``; a kind not in it was never
    answered. ``guardian_at`` is when the guardian of a child said yes.
    """

    openid = models.CharField(_("微信标识"), max_length=128, unique=True, null=True, editable=False)  # noqa: DJ001 - unique among the not erased
    unionid = models.CharField(_("开放平台标识"), max_length=128, blank=True, editable=False)
    nickname = models.CharField(_("称呼"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    phone_verified_at = models.DateTimeField(
        _("电话核实时间"), null=True, blank=True, editable=False
    )
    role = models.CharField(
        _("身份"), max_length=16, choices=ResidentRole, default=ResidentRole.RESIDENT
    )
    grid = models.ForeignKey(
        Grid, models.SET_NULL, null=True, blank=True, verbose_name=_("所在网格")
    )
    is_active = models.BooleanField(_("可登录"), default=True)
    consent_version = models.CharField(_("已同意的隐私版本"), max_length=20, blank=True)
    consented_at = models.DateTimeField(_("同意时间"), null=True, blank=True)
    consents = models.JSONField(_("同意情况"), default=dict, editable=False)
    age_band = models.CharField(
        _("年龄段"), max_length=8, choices=AgeBand, blank=True, editable=False
    )
    guardian_at = models.DateTimeField(_("监护人同意时间"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("注册时间"), auto_now_add=True)
    erased_at = models.DateTimeField(_("注销时间"), null=True, blank=True, editable=False)

    # Set on the tombstone of a row that became part of another one, for an hour: a report that was on
    # its way under the old name is brought after it.
    absorbed_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="absorbed",
        verbose_name=_("并入"),
    )  # fmt: skip

    is_authenticated = True
    is_anonymous = False

    class Meta:
        verbose_name = _("居民")
        verbose_name_plural = _("居民")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=ResidentRole.values), name="resident_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(openid__isnull=True, phone="", nickname=""),
                name="resident_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(age_band__in=["", *AgeBand.values]), name="resident_age_known"
            ),
        ]

    def __str__(self) -> str:
        return f"居民 {self.pk}"

    @property
    def needs_guardian(self) -> bool:
        """Whether nothing that names this person may be kept yet (PIPL article 31)."""
        return self.age_band == AgeBand.CHILD and self.guardian_at is None

    def get_username(self) -> str:
        """Return what the token library logs: never a name or an openid."""
        return f"resident:{self.pk}"


class ResidentToken(AbstractAuthToken):
    """A hashed, expiring token of the resident API (the library's table, our residents)."""

    user = models.ForeignKey(
        Resident, models.CASCADE, related_name="auth_token_set", verbose_name=_("居民")
    )

    class Meta:
        verbose_name = _("登录凭证")
        verbose_name_plural = _("登录凭证")

    def __str__(self) -> str:
        return f"token of resident {self.user_id}"
