"""Links by which a screen on a wall shows the cockpit without anybody signed in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.staff import Department, Staff
from reports.models import Grid


class KioskLink(models.Model):
    """A link 大屏链接 to the cockpit's wall; ``dispatch.domain.kiosks`` writes it.

    Only the SHA-256 of the token is kept: whoever reads the table cannot open the wall. ``grid`` and
    ``department`` narrow what it shows. ``last_seen_at`` is kept to the minute.
    """

    name = models.CharField(_("名称"), max_length=40)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("只看网格")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("只看单位"),
    )
    created_by = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", verbose_name=_("创建人")
    )
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    last_seen_at = models.DateTimeField(_("最近使用"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("大屏链接")
        verbose_name_plural = _("大屏链接")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="kiosk_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name
