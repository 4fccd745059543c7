"""What triage decided about a report, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.tickets import Ticket
from reports.models import Report


class TriageRun(models.Model):
    """One run of the pipeline over one report.

    ``steps`` is an ordered list of ``{"step", "ok", "reason", "data"}``; ``candidates`` a list of
    ``{"category", "name", "confidence", "department", "words"}``, best first; ``confidence`` is 0–1.
    ``hits_counted`` says that the hits of routing rules in it are in ``RuleHit``.
    """

    report = models.ForeignKey(
        Report, models.PROTECT, related_name="triage_runs", verbose_name=_("上报")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="triage_runs", verbose_name=_("工单")
    )
    at = models.DateTimeField(_("时间"))
    decision = models.CharField(_("结论"), max_length=16)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    confidence = models.FloatField(_("把握"), default=0)
    model_version = models.CharField(_("模型版本"), max_length=60, blank=True)
    steps = models.JSONField(_("步骤"), default=list)
    candidates = models.JSONField(_("候选"), default=list)
    error = models.CharField(_("错误"), max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField(_("耗时（毫秒）"), default=0)
    hits_counted = models.BooleanField(_("已计入规则命中"), default=False, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("研判记录")
        verbose_name_plural = _("研判记录")
        indexes = [
            models.Index(
                fields=["id"], name="triage_hits_uncounted", condition=Q(hits_counted=False)
            ),
            models.Index(fields=["at"], name="triagerun_at"),
        ]

    def __str__(self) -> str:
        return f"{self.report}"
