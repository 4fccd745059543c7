"""What rings the command room, and what raises the urgency by the clock and the calendar."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import DayScope, Hazard
from dispatch.models.staff import Staff
from dispatch.models.tickets import Ticket
from reports.enums import Urgency
from reports.models import Report


class Alarm(models.Model):
    """One ring of the command room about a ticket that became P0; written by ``domain.alarms`` only.

    ``round`` counts the rings of a ticket from 1; a ticket never has two alarms that nobody
    acknowledged. ``level`` is the urgency that rang, ``reason`` Chinese.
    """

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="alarms", verbose_name=_("工单")
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, related_name="+", verbose_name=_("上报")
    )
    round = models.PositiveSmallIntegerField(_("第几次"), default=1)
    level = models.CharField(_("紧急程度"), max_length=2, choices=Urgency, default=Urgency.P0)
    hazard = models.CharField(_("险情种类"), max_length=16, choices=Hazard, blank=True)
    reason = models.CharField(_("原因"), max_length=200)
    raised_at = models.DateTimeField(_("响铃时间"))
    acknowledged_at = models.DateTimeField(_("知悉时间"), null=True)
    acknowledged_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("知悉人")
    )
    escalated_at = models.DateTimeField(_("升级时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("特急警报")
        verbose_name_plural = _("特急警报")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round"], name="alarm_round_once"),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(acknowledged_at__isnull=True), name="alarm_one_open"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alarm_acknowledged_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"], name="alarm_open", condition=Q(acknowledged_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.round}"


class UrgencyRule(models.Model):
    """An hour, season or kind of day that raises matching reports by one step, never above ``highest``.

    ``categories`` are code prefixes, ``words`` patterns of which one must stand in the text; an empty
    condition fits everything. Hours are Asia/Shanghai; hours and months may wrap around.
    """

    order = models.PositiveIntegerField(_("顺序"), default=100)
    name = models.CharField(_("规则名称"), max_length=60, unique=True)
    is_active = models.BooleanField(_("启用"), default=True)
    categories = models.JSONField(_("事项分类"), default=list, blank=True)
    words = models.JSONField(_("包含词语"), default=list, blank=True)
    hour_from = models.TimeField(_("开始时间"), null=True, blank=True)
    hour_to = models.TimeField(_("结束时间"), null=True, blank=True)
    month_from = models.PositiveSmallIntegerField(_("开始月份"), null=True, blank=True)
    month_to = models.PositiveSmallIntegerField(_("结束月份"), null=True, blank=True)
    day_scope = models.CharField(
        _("适用日期"), max_length=8, choices=DayScope, default=DayScope.ANY
    )
    highest = models.CharField(_("最高升至"), max_length=2, choices=Urgency, default=Urgency.P1)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("加急规则")
        verbose_name_plural = _("加急规则")
        constraints = [
            models.CheckConstraint(
                condition=Q(month_from__isnull=True, month_to__isnull=True)
                | Q(month_from__range=(1, 12), month_to__range=(1, 12)),
                name="urgency_rule_months",
            ),
        ]

    def __str__(self) -> str:
        return self.name
