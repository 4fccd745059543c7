"""Photos: the restricted original and its clean renditions."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import PhotoStatus
from reports.models.residents import Resident


class Photo(models.Model):
    """One uploaded picture. ``resident`` is empty for a picture taken by staff.

    ``original`` and ``renditions`` (``{"1600": key, "480": key, "160": key}``) are storage keys, never
    URLs. ``attempted_at`` is the lease of the worker that draws them. ``taken_at`` and ``exif_lat``,
    ``exif_lng`` (WGS-84 degrees) come from EXIF, are private and leave with no served file. ``claimed_at`` is set, in the claimer's transaction, when a report or an event
    takes the photo; unclaimed photos are swept after a day. ``strip_at`` asks for the original to be
    deleted: then ``original`` is "" and the clean renditions are all there is. ``width``/``height`` are pixels after orientation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey(
        Resident,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="photos",
        verbose_name=_("上传人"),
    )
    sha256 = models.CharField(_("指纹"), max_length=64, editable=False)
    mime = models.CharField(_("格式"), max_length=20, editable=False)
    size = models.PositiveIntegerField(_("大小（字节）"), editable=False)
    width = models.PositiveIntegerField(_("宽"), editable=False)
    height = models.PositiveIntegerField(_("高"), editable=False)
    original = models.CharField(_("原图"), max_length=200, editable=False)
    renditions = models.JSONField(_("缩略图"), default=dict, editable=False)
    status = models.CharField(
        _("状态"), max_length=10, choices=PhotoStatus, default=PhotoStatus.PENDING, editable=False
    )
    failure = models.CharField(_("失败原因"), max_length=200, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("处理次数"), default=0, editable=False)
    attempted_at = models.DateTimeField(_("最近处理时间"), null=True, blank=True, editable=False)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True, editable=False)
    exif_lat = models.FloatField(_("拍摄纬度"), null=True, blank=True, editable=False)
    exif_lng = models.FloatField(_("拍摄经度"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("上传时间"))
    claimed_at = models.DateTimeField(_("使用时间"), null=True, blank=True, editable=False)
    strip_at = models.DateTimeField(_("原图清除时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        constraints = [
            models.UniqueConstraint(fields=["resident", "sha256"], name="photo_once_per_resident"),
            models.CheckConstraint(
                condition=Q(status__in=PhotoStatus.values), name="photo_status_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="photo_pending", condition=Q(status=PhotoStatus.PENDING)
            ),
            models.Index(
                fields=["created_at"], name="photo_orphan", condition=Q(claimed_at__isnull=True)
            ),
            models.Index(
                fields=["strip_at"],
                name="photo_to_strip",
                condition=Q(strip_at__isnull=False) & ~Q(original=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
