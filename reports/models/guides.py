"""便民服务: what a resident looks up, and what residents found wrong in it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.enums import GuideFaultKind, HolidayRule, Offer
from reports.models.categories import Dimension

_PLACED = Q(lat__isnull=False, lng__isnull=False)
_ON_EARTH = Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180)


class Guide(models.Model):
    """A place or a service, for everybody to read.

    ``code`` is what an imported sheet knows it by. ``lat``/``lng`` are WGS-84 degrees. ``phones`` is a
    list of ``{"name", "number"}``, ``week`` seven lists of ``[start, end]`` minutes or empty when nobody
    knows, ``exceptions`` as ``xiangcun.lib.hours`` stores them, ``documents`` a list of strings.
    ``department_code`` names who may edit it (an office's department; this side does not know them),
    ``department_name`` is what residents read. ``search`` is written with the row: the words in lower
    case, then pinyin (``xiangcun.lib.finding``). ``confirmed_at`` is when somebody last said
    that all of it is still so. ``version`` grows with each edit, so that of two editors one is told.
    """

    code = models.CharField(_("编号"), max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=60)
    synonyms = models.CharField(_("别称"), max_length=200, blank=True)
    summary = models.CharField(_("一句话说明"), max_length=120, blank=True)
    body = models.TextField(_("详细说明"), max_length=5000, blank=True)
    dimensions = models.ManyToManyField(
        Dimension, related_name="guides", blank=True, verbose_name=_("维度")
    )
    address = models.CharField(_("地址"), max_length=120, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True)
    phones = models.JSONField(_("电话"), default=list, blank=True)
    week = models.JSONField(_("营业时间"), default=list, blank=True)
    holidays = models.CharField(
        _("法定节假日"), max_length=8, choices=HolidayRule, default=HolidayRule.CLOSED
    )
    exceptions = models.JSONField(_("特殊日期"), default=list, blank=True)
    hours_note = models.CharField(_("时间补充说明"), max_length=120, blank=True)
    documents = models.JSONField(_("所需材料"), default=list, blank=True)
    fee = models.CharField(_("费用"), max_length=120, blank=True)
    time_limit = models.CharField(_("办理时限"), max_length=120, blank=True)
    department_code = models.CharField(_("负责部门代码"), max_length=40, blank=True, db_index=True)
    department_name = models.CharField(_("负责部门"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=Offer, default=Offer.DRAFT)
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)
    valid_from = models.DateField(_("有效期从"), null=True, blank=True)
    valid_to = models.DateField(_("有效期到"), null=True, blank=True)
    is_example = models.BooleanField(_("示例"), default=False)
    search = models.TextField(_("检索文字"), editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1)
    confirmed_at = models.DateTimeField(_("核实时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    updated_at = models.DateTimeField(_("修改时间"))

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("便民服务")
        verbose_name_plural = _("便民服务")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Offer.values), name="guide_state_known"),
            models.CheckConstraint(
                condition=Q(holidays__in=HolidayRule.values), name="guide_holidays_known"
            ),
            models.CheckConstraint(
                condition=(_PLACED & _ON_EARTH) | Q(lat__isnull=True, lng__isnull=True),
                name="guide_whole_place",
            ),
            models.CheckConstraint(
                condition=~Q(state=Offer.PUBLISHED) | Q(published_at__isnull=False),
                name="guide_published_when",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="guide_valid_span",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="guide_named"),
        ]
        indexes = [
            models.Index(
                fields=["order", "id"], name="guide_public", condition=Q(state=Offer.PUBLISHED)
            ),
            models.Index(fields=["state", "confirmed_at"], name="guide_stale"),
        ]

    def __str__(self) -> str:
        return self.title


class GuideFault(models.Model):
    """How many residents found one thing wrong in a guide since somebody last looked.

    A count and no list: who said so is not kept. Confirming the guide settles what is open.
    """

    guide = models.ForeignKey(
        Guide, models.CASCADE, related_name="faults", verbose_name=_("便民服务")
    )
    kind = models.CharField(_("问题"), max_length=10, choices=GuideFaultKind)
    count = models.PositiveIntegerField(_("次数"), default=1)
    first_at = models.DateTimeField(_("最早"))
    last_at = models.DateTimeField(_("最近"))
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("信息有误")
        verbose_name_plural = _("信息有误")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=GuideFaultKind.values), name="guide_fault_kind_known"
            ),
            models.UniqueConstraint(
                fields=["guide", "kind"],
                name="guide_fault_once_open",
                condition=Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guide_id}/{self.kind}"
