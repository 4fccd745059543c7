"""What the office decided in advance: limits, calendar, routing, duties, words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import CalendarDayType, DayScope, Hazard, LimitStage, LimitUnit
from dispatch.models.staff import Department
from reports.enums import Urgency
from reports.models import Category, Grid


class CalendarDay(models.Model):
    """A day that differs from its weekday, or a confirmed ordinary one (State Council notice)."""

    date = models.DateField(_("日期"), unique=True)
    type = models.CharField(_("类型"), max_length=10, choices=CalendarDayType)
    name = models.CharField(_("名称"), max_length=40, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)
    confirmed = models.BooleanField(_("已确认"), default=True)

    class Meta:
        ordering = ["date"]
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=CalendarDayType.values), name="calendar_type_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class HandlingLimit(models.Model):
    """How long a stage may take, in minutes of ``unit``; the most specific row wins.

    Order of specificity: category and grid, category, grid, neither. An empty urgency fits all.
    """

    stage = models.CharField(_("环节"), max_length=8, choices=LimitStage)
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, verbose_name=_("事项分类")
    )
    grid = models.ForeignKey(Grid, models.CASCADE, null=True, blank=True, verbose_name=_("网格"))
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency, blank=True)
    minutes = models.PositiveIntegerField(_("时限（分钟）"))
    unit = models.CharField(_("计时方式"), max_length=16, choices=LimitUnit, default=LimitUnit.WORK)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("办理时限")
        verbose_name_plural = _("办理时限")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0), name="limit_positive"),
            models.CheckConstraint(
                condition=Q(stage__in=LimitStage.values), name="limit_stage_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.minutes} 分钟"


class CategoryDuty(models.Model):
    """The department that answers for a category when no routing rule says otherwise."""

    category = models.OneToOneField(
        Category, models.CASCADE, related_name="duty", verbose_name=_("事项分类")
    )
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("主办单位")
    )
    assisting = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("协办单位")
    )
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("职责分工")
        verbose_name_plural = _("职责分工")

    def __str__(self) -> str:
        return f"{self.category} → {self.lead}"


class RoutingRule(models.Model):
    """An ordered rule; the first active one that fits decides. An empty condition fits everything.

    ``categories`` and ``grids`` are lists of code prefixes, ``urgencies`` of P0…P3, ``channels``,
    ``roles`` and ``kinds`` of the values of ``Channel``, ``ResidentRole`` and ``ReportKind``. Of
    ``words`` one must stand in the text, of ``words_all`` each, of ``words_none`` none. Hours are
    Asia/Shanghai; ``hour_from`` > ``hour_to`` spans midnight.
    """

    order = models.PositiveIntegerField(_("顺序"), default=100)
    name = models.CharField(_("规则名称"), max_length=80, unique=True)
    is_active = models.BooleanField(_("启用"), default=True)
    categories = models.JSONField(_("事项分类"), default=list, blank=True)
    grids = models.JSONField(_("网格"), default=list, blank=True)
    urgencies = models.JSONField(_("紧急程度"), default=list, blank=True)
    words = models.JSONField(_("包含任一词语"), default=list, blank=True)
    words_all = models.JSONField(_("同时包含词语"), default=list, blank=True)
    words_none = models.JSONField(_("不包含词语"), default=list, blank=True)
    channels = models.JSONField(_("上报渠道"), default=list, blank=True)
    roles = models.JSONField(_("上报人身份"), default=list, blank=True)
    kinds = models.JSONField(_("上报类型"), default=list, blank=True)
    hour_from = models.TimeField(_("开始时间"), null=True, blank=True)
    hour_to = models.TimeField(_("结束时间"), null=True, blank=True)
    day_scope = models.CharField(
        _("适用日期"), max_length=8, choices=DayScope, default=DayScope.ANY
    )
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("主办单位")
    )
    assisting = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("协办单位")
    )
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("派单规则")
        verbose_name_plural = _("派单规则")

    def __str__(self) -> str:
        return self.name


class LexiconTerm(models.Model):
    """A word that speaks for (or, with a negative weight, against) a category."""

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="terms", verbose_name=_("事项分类")
    )
    term = models.CharField(_("词语"), max_length=30)
    weight = models.FloatField(_("权重"), default=1.0)
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("分类词语")
        verbose_name_plural = _("分类词语")
        constraints = [
            models.UniqueConstraint(fields=["category", "term"], name="lexicon_term_once")
        ]

    def __str__(self) -> str:
        return self.term


class DangerTerm(models.Model):
    """A word that raises the urgency unless one of ``unless`` (phrases) stands in its clause.

    ``hazard`` decides what the resident is told to dial when the case becomes P0.
    """

    term = models.CharField(_("词语"), max_length=300, unique=True)
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency, default=Urgency.P1)
    hazard = models.CharField(_("险情种类"), max_length=16, choices=Hazard, blank=True)
    unless = models.JSONField(_("除非出现"), default=list, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("险情词语")
        verbose_name_plural = _("险情词语")

    def __str__(self) -> str:
        return self.term
