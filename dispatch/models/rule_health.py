"""How routing rules fare: how often each decided, and what is wrong with it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.policy import RoutingRule


class RuleHit(models.Model):
    """How often a rule decided (``hits``) or was skipped (``skips``) on a local day.

    Written by ``dispatch.triage.rule_hits`` only. ``skip_reason`` is the latest one, in Chinese.
    """

    rule = models.ForeignKey(
        RoutingRule, models.CASCADE, related_name="days", verbose_name=_("派单规则")
    )
    day = models.DateField(_("日期"))
    hits = models.PositiveIntegerField(_("命中"), default=0)
    skips = models.PositiveIntegerField(_("跳过"), default=0)
    hit_at = models.DateTimeField(_("最近命中"), null=True)
    skipped_at = models.DateTimeField(_("最近跳过"), null=True)
    skip_reason = models.CharField(_("跳过原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("规则命中")
        verbose_name_plural = _("规则命中")
        constraints = [
            models.UniqueConstraint(fields=["rule", "day"], name="rule_hit_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.day} {self.hits}"


class RuleFault(models.Model):
    """What is wrong with a rule as it is stored, and since when that is known; gone once mended."""

    rule = models.OneToOneField(
        RoutingRule, models.CASCADE, related_name="fault", verbose_name=_("派单规则")
    )
    message = models.CharField(_("问题"), max_length=300)
    since = models.DateTimeField(_("发现时间"))

    class Meta:
        verbose_name = _("规则问题")
        verbose_name_plural = _("规则问题")

    def __str__(self) -> str:
        return self.message
