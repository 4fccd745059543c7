"""What the figures say of themselves: findings in one sentence each, refreshed by a beat task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import Certainty, InsightKind
from dispatch.models.staff import Department, Staff
from reports.models import Category


class Insight(models.Model):
    """A finding 洞察. ``key`` names what it is about; of each key one row lives at a time.

    A row lives from ``first_seen`` until ``ended_at``; a finding that comes back soon revives its row,
    later it is a new one. ``strength`` (0–1) ranks. ``scope`` is JSON ``{first, last, category_ids,
    department_ids, grid_ids}`` (ISO dates, lists of ids or null) of the figure behind it, ``evidence``
    a list of ``{figure, label, scope}`` or ``{queue, label, department, until}``; addresses are made
    when read. ``figures`` are the numbers of the sentence. ``department`` is set when everything
    counted is one department's: its head reads it, too. ``category`` decides whether it is
    confidential at the time of reading.
    """

    kind = models.CharField(_("种类"), max_length=20, choices=InsightKind)
    key = models.CharField(_("标识"), max_length=80)
    text = models.CharField(_("内容"), max_length=300)
    advice = models.CharField(_("建议"), max_length=120, blank=True)
    strength = models.FloatField(_("强度"))
    certainty = models.CharField(_("把握"), max_length=8, choices=Certainty)
    scope = models.JSONField(_("范围"), default=dict)
    figures = models.JSONField(_("数字"), default=dict)
    evidence = models.JSONField(_("依据"), default=list)
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("事项分类"),
    )
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("单位")
    )
    first_seen = models.DateTimeField(_("首次发现"))
    last_seen = models.DateTimeField(_("最近确认"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("不再提示时间"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        Staff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("不再提示的人"),
    )
    dismissed_reason = models.CharField(_("不再提示的原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("洞察")
        verbose_name_plural = _("洞察")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at__isnull=True), name="insight_lives_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InsightKind.values), name="insight_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(certainty__in=Certainty.values), name="insight_certainty_known"
            ),
            models.CheckConstraint(
                condition=Q(strength__gte=0, strength__lte=1), name="insight_strength_share"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | ~Q(dismissed_reason=""),
                name="insight_dismissed_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-strength", "id"],
                name="insight_current",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(fields=["key", "-ended_at"], name="insight_past"),
        ]

    def __str__(self) -> str:
        return self.text
