"""What one resident said, what they may read about it, and how they judged it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import (
    Channel,
    CoordinateSystem,
    LocationSource,
    Publication,
    PublicStatus,
    ReportKind,
    UpdateKind,
    Urgency,
)
from reports.models.categories import Category
from reports.models.photos import Photo
from reports.models.places import Grid
from reports.models.residents import Resident

OPEN_STATUSES = (PublicStatus.RECEIVED, PublicStatus.PROCESSING, PublicStatus.NEED_INFO)
OPEN_GATES = (Publication.CLEAR, Publication.APPROVED)
"""With these the public sees a case as soon as the office shows it; with no other ever."""


class Report(models.Model):
    """A report 上报: immutable words, place and photos; the rest is the office's projection.

    ``lat``/``lng`` are canonical WGS-84 degrees; ``raw_*`` is what the client sent in ``coord_type``.
    The projection (from ``public_status`` on) is written through ``reports.domain.progress`` only.
    ``publishable`` is the office's word and part of it; ``publication`` is the gate and is written by
    ``reports.domain.publication``. ``published_at`` is set while both agree.
    ``rejection`` is ``{code, label, text, where, at}`` of a case that was refused; ``remedies`` says what
    the resident may still do about a case that has ended: ``{reopens_left, reopen_until, appeals_left,
    rating_due_at}`` with ISO moments. ``sender_*`` are keyed digests of ``reports.domain.senders``,
    kept for 30 days.
    """

    number = models.CharField(_("上报编号"), max_length=20, unique=True, editable=False)
    resident = models.ForeignKey(
        Resident,
        models.SET_NULL,
        null=True,
        related_name="reports",
        editable=False,
        verbose_name=_("上报人"),
    )
    client_id = models.UUIDField(_("客户端编号"), null=True, editable=False)
    body_hash = models.CharField(_("内容摘要"), max_length=64, editable=False)
    source_key = models.CharField(
        _("来源编号"), max_length=120, unique=True, null=True, blank=True, editable=False
    )
    kind = models.CharField(
        _("类型"), max_length=16, choices=ReportKind, default=ReportKind.PROBLEM
    )
    channel = models.CharField(
        _("渠道"), max_length=16, choices=Channel, default=Channel.MINIPROGRAM
    )
    text = models.TextField(_("内容"))
    anonymous = models.BooleanField(_("匿名"), default=False)
    urgent = models.BooleanField(_("居民标注紧急"), default=False)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    chosen_category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("居民所选分类"),
    )
    join_number = models.CharField(_("我也遇到（编号）"), max_length=20, blank=True)

    lat = models.FloatField(_("纬度"))
    lng = models.FloatField(_("经度"))
    raw_lat = models.FloatField(_("原始纬度"))
    raw_lng = models.FloatField(_("原始经度"))
    coord_type = models.CharField(_("坐标系"), max_length=8, choices=CoordinateSystem)
    accuracy_m = models.FloatField(_("精度（米）"), null=True, blank=True)
    location_source = models.CharField(_("定位方式"), max_length=8, choices=LocationSource)
    address = models.CharField(_("地址"), max_length=200, blank=True)

    photos = models.ManyToManyField(
        Photo, through="ReportPhoto", related_name="reports", verbose_name=_("照片")
    )
    submitted_at = models.DateTimeField(_("上报时间"))

    public_status = models.CharField(
        _("状态"),
        max_length=16,
        choices=PublicStatus,
        default=PublicStatus.RECEIVED,
        editable=False,
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("分类"),
    )
    urgency = models.CharField(
        _("紧急程度"), max_length=2, choices=Urgency, blank=True, editable=False
    )
    department_name = models.CharField(_("责任单位"), max_length=60, blank=True, editable=False)
    promised_at = models.DateTimeField(_("承诺办结时间"), null=True, blank=True, editable=False)
    safety_prompt = models.CharField(_("安全提示"), max_length=200, blank=True, editable=False)
    allowed_actions = models.JSONField(_("可用操作"), default=list, editable=False)
    triaged_at = models.DateTimeField(_("研判完成时间"), null=True, blank=True, editable=False)
    grid = models.ForeignKey(
        Grid,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("网格"),
    )
    publication = models.CharField(
        _("公开审核"),
        max_length=10,
        choices=Publication,
        default=Publication.PENDING,
        editable=False,
    )
    publishable = models.BooleanField(_("可公开"), default=False, editable=False)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    reopen_count = models.PositiveSmallIntegerField(_("重开次数"), default=0, editable=False)
    last_urged_on = models.DateField(_("最近催办日期"), null=True, blank=True, editable=False)
    rejection = models.JSONField(_("不予受理"), null=True, blank=True, editable=False)
    remedies = models.JSONField(_("救济途径"), null=True, blank=True, editable=False)
    sender_device = models.CharField(_("设备摘要"), max_length=32, blank=True, editable=False)
    sender_address = models.CharField(_("地址摘要"), max_length=32, blank=True, editable=False)
    sender_restricted = models.BooleanField(_("上报人受限"), default=False, editable=False)
    updated_at = models.DateTimeField(_("更新时间"), editable=False)

    class Meta:
        verbose_name = _("上报")
        verbose_name_plural = _("上报")
        constraints = [
            models.UniqueConstraint(fields=["resident", "client_id"], name="report_client_id_once"),
            # A child's report belongs to nobody, and a repeated request must still find it.
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(resident__isnull=True),
                name="report_unlinked_client_id_once",
            ),
            models.CheckConstraint(
                condition=Q(public_status__in=PublicStatus.values), name="report_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values), name="report_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(coord_type__in=CoordinateSystem.values), name="report_coord_known"
            ),
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180),
                name="report_point_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(publication__in=OPEN_GATES),
                name="report_public_only_through_gate",
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-id"], name="report_mine"),
            models.Index(
                fields=["id"], name="report_untriaged", condition=Q(triaged_at__isnull=True)
            ),
            models.Index(
                fields=["lat", "lng"],
                name="report_open_near",
                condition=Q(published_at__isnull=False, public_status__in=OPEN_STATUSES),
            ),
            models.Index(
                fields=["-id"],
                name="report_held_back",
                condition=Q(publishable=True, published_at__isnull=True),
            ),
            models.Index(
                fields=["id"],
                name="report_unchecked",
                condition=Q(publication=Publication.PENDING),
            ),
            models.Index(
                fields=["-id"], name="report_published", condition=Q(published_at__isnull=False)
            ),
            models.Index(
                fields=["sender_device", "-id"],
                name="report_device",
                condition=~Q(sender_device=""),
            ),
            # What the daily task empties after a month.
            models.Index(
                fields=["submitted_at"],
                name="report_sender_known",
                condition=~Q(sender_address=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReportPhoto(models.Model):
    """A photo a resident sent with a report, in the order they chose."""

    report = models.ForeignKey(Report, models.CASCADE, verbose_name=_("上报"))
    photo = models.ForeignKey(Photo, models.PROTECT, verbose_name=_("照片"))
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("上报照片")
        verbose_name_plural = _("上报照片")
        constraints = [
            models.UniqueConstraint(fields=["report", "photo"], name="report_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.order}"


class ReportUpdate(models.Model):
    """A line of the resident's timeline; the resident may read all of it, so staff names stay out.

    ``client_id`` is the phone's own name of a supplement, so that one sent twice is one.
    """

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="updates", verbose_name=_("上报")
    )
    at = models.DateTimeField(_("时间"))
    kind = models.CharField(
        _("类别"), max_length=16, choices=UpdateKind, default=UpdateKind.PROGRESS
    )
    status = models.CharField(_("状态"), max_length=16, choices=PublicStatus)
    text = models.TextField(_("内容"), blank=True)
    client_id = models.UUIDField(_("客户端编号"), null=True, blank=True, editable=False)
    department_name = models.CharField(_("单位"), max_length=60, blank=True)
    photos = models.ManyToManyField(
        Photo, blank=True, related_name="updates", verbose_name=_("照片")
    )

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("办理进展")
        verbose_name_plural = _("办理进展")
        indexes = [models.Index(fields=["report", "at", "id"], name="update_timeline")]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "client_id"],
                name="update_client_id_once",
                condition=Q(client_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(status__in=PublicStatus.values), name="update_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"


class Rating(models.Model):
    """The resident's judgement of one closing; ``round`` counts reopenings from 0."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="ratings", verbose_name=_("上报")
    )
    round = models.PositiveSmallIntegerField(_("第几次"), default=0)
    solved = models.BooleanField(_("是否解决"))
    score = models.PositiveSmallIntegerField(_("评分"))
    comment = models.TextField(_("评价内容"), blank=True)
    at = models.DateTimeField(_("评价时间"))

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        constraints = [
            models.UniqueConstraint(fields=["report", "round"], name="rating_once_a_round"),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="rating_score_1_5"
            ),
        ]
        indexes = [
            # What residents wrote last, for the cockpit: few rate, fewer write.
            models.Index(fields=["-at"], name="rating_commented", condition=Q(comment__gt="")),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.score}"
