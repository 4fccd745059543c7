"""What the public sees of a case beside its status: words and pictures that staff have released."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import CheckState, PublicPhotoKind
from reports.models.photos import Photo
from reports.models.reports import Report

UNSETTLED = (CheckState.WAITING, CheckState.ASKED)


class PublicNote(models.Model):
    """The words staff wrote for the public about one case; none of them is a resident's."""

    SUMMARY_MAX, REPLY_MAX = 60, 1000

    report = models.OneToOneField(
        Report,
        models.CASCADE,
        primary_key=True,
        related_name="public_note",
        verbose_name=_("上报"),
    )
    summary = models.CharField(_("公开摘要"), max_length=SUMMARY_MAX, blank=True)
    reply = models.CharField(_("公开答复"), max_length=REPLY_MAX, blank=True)
    updated_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("公开文字")
        verbose_name_plural = _("公开文字")

    def __str__(self) -> str:
        return str(self.report_id)


class PublicPhoto(models.Model):
    """The public renditions of one photo, drawn without EXIF and with its rectangles painted over.

    ``rectangles`` are ``[left, top, width, height]`` in fractions of the upright picture. ``token``
    is the only way to the bytes; it changes with every drawing, so a link to what was painted over
    too late is dead. ``renditions`` are storage keys by longer side. A photo may stand with several
    reports (a result belongs to everybody who reported); with none left the row and its files go.
    """

    photo = models.OneToOneField(
        Photo, models.CASCADE, related_name="public", verbose_name=_("照片")
    )
    kind = models.CharField(_("时间"), max_length=8, choices=PublicPhotoKind)
    rectangles = models.JSONField(_("遮盖区域"), default=list)
    token = models.CharField(_("链接"), max_length=32, unique=True, editable=False)
    renditions = models.JSONField(_("公开图"), default=dict, editable=False)
    width = models.PositiveIntegerField(_("宽"), editable=False)
    height = models.PositiveIntegerField(_("高"), editable=False)
    drawn_at = models.DateTimeField(_("绘制时间"), editable=False)
    reports = models.ManyToManyField(
        Report, through="PublicPhotoReport", related_name="public_photos", verbose_name=_("上报")
    )

    class Meta:
        verbose_name = _("公开照片")
        verbose_name_plural = _("公开照片")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PublicPhotoKind.values), name="public_photo_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)


class PublicPhotoReport(models.Model):
    """A released photo beside one public case."""

    public_photo = models.ForeignKey(
        PublicPhoto, models.CASCADE, related_name="links", verbose_name=_("公开照片")
    )
    report = models.ForeignKey(
        Report, models.CASCADE, related_name="public_photo_links", verbose_name=_("上报")
    )
    released_at = models.DateTimeField(_("公开时间"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("公开照片与上报")
        verbose_name_plural = _("公开照片与上报")
        constraints = [
            models.UniqueConstraint(fields=["public_photo", "report"], name="public_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.public_photo_id}"


class ContentCheck(models.Model):
    """One check by the platform: of a report's text (no photo), or of one of its photos.

    ``trace_id`` names a picture's check until the verdict is pushed. ``next_at`` is when to try
    again, a lease while somebody tries, and for an asked picture when to stop waiting.
    """

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="checks", verbose_name=_("上报")
    )
    photo = models.ForeignKey(
        Photo,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=_("照片"),
    )
    state = models.CharField(
        _("结果"), max_length=12, choices=CheckState, default=CheckState.WAITING
    )
    trace_id = models.CharField(_("平台编号"), max_length=100, blank=True, db_index=True)
    label = models.PositiveIntegerField(_("平台标签"), default=0)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_at = models.DateTimeField(_("下次时间"))
    created_at = models.DateTimeField(_("建立时间"))
    settled_at = models.DateTimeField(_("结果时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("内容检查")
        verbose_name_plural = _("内容检查")
        constraints = [
            models.UniqueConstraint(
                fields=["report"], name="check_text_once", condition=Q(photo__isnull=True)
            ),
            models.UniqueConstraint(fields=["report", "photo"], name="check_photo_once"),
            models.CheckConstraint(
                condition=Q(state__in=CheckState.values), name="check_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="check_unsettled", condition=Q(state__in=UNSETTLED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.photo_id or ''}"
