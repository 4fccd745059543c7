"""What the outside reads: the county's tokens and their use, months of open data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import ReleaseStatus
from dispatch.models.staff import Staff


class ApiToken(models.Model):
    """A key to ``/api/county/v1`` 接口令牌. Only its SHA-256 is kept: the token is shown once.

    ``hint`` is its beginning, enough to tell two apart. ``scopes`` are values of ``ApiScope``;
    ``networks`` are CIDR texts, empty for any address. ``replaces`` is the token it was rotated from.
    """

    name = models.CharField(_("名称"), max_length=40)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("令牌开头"), max_length=16, editable=False)
    scopes = models.JSONField(_("范围"), default=list)
    networks = models.JSONField(_("允许的网段"), default=list)
    created_at = models.DateTimeField(_("建立时间"))
    created_by = models.ForeignKey(
        Staff, models.PROTECT, related_name="api_tokens", verbose_name=_("建立人")
    )
    expires_at = models.DateTimeField(_("到期时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("换自"),
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return self.name


class ApiUse(models.Model):
    """How often a token was used on one day (Asia/Shanghai); ``refused`` is how many of them in vain."""

    token = models.ForeignKey(
        ApiToken, models.CASCADE, related_name="uses", verbose_name=_("令牌"), db_index=False
    )
    day = models.DateField(_("日期"))
    requests = models.PositiveIntegerField(_("次数"), default=0)
    refused = models.PositiveIntegerField(_("被拒绝"), default=0)

    class Meta:
        verbose_name = _("接口使用")
        verbose_name_plural = _("接口使用")
        constraints = [
            models.UniqueConstraint(fields=["token", "day"], name="api_use_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.day} {self.requests}"


class OpenRelease(models.Model):
    """One month of open data 开放数据, frozen: what the files hold is ``content`` and nothing else.

    ``month`` is its first day. ``content`` is ``dispatch.summary.open_data.disclosure.Month`` as JSON;
    ``k`` the least count that was published with it. A later version of the same month differs from
    every earlier one by nothing or by at least ``k`` (``dispatch.summary.open_data.publishing``).
    """

    month = models.DateField(_("月份"))
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    status = models.CharField(
        _("状态"), max_length=10, choices=ReleaseStatus, default=ReleaseStatus.PUBLISHED
    )
    k = models.PositiveSmallIntegerField(_("最小件数"))
    licence = models.CharField(_("使用许可"), max_length=200)
    content = models.JSONField(_("内容"), default=dict)
    published_at = models.DateTimeField(_("公开时间"))
    published_by = models.ForeignKey(
        Staff, models.PROTECT, related_name="open_releases", verbose_name=_("公开人")
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True, blank=True)

    class Meta:
        ordering = ["-month", "-version"]
        verbose_name = _("开放数据")
        verbose_name_plural = _("开放数据")
        constraints = [
            models.UniqueConstraint(fields=["month", "version"], name="open_release_version_once"),
            models.UniqueConstraint(
                fields=["month"],
                condition=Q(status=ReleaseStatus.PUBLISHED),
                name="open_release_one_live",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReleaseStatus.values), name="open_release_status_known"
            ),
            models.CheckConstraint(condition=Q(k__gte=5), name="open_release_k"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} v{self.version}"
