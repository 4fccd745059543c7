"""Imports of the grid map: the uploaded file between preview and confirmation, then the record of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import GridImportStatus
from dispatch.models.staff import Staff


class GridImport(models.Model):
    """An uploaded map 网格导入. Its file lies in the private storage until applied, discarded or expired.

    ``options`` is how the file is to be read, ``result`` the counts of what was done. Only ``user``
    may see and confirm it; the row stays as the record of who changed the map.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("导入人")
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=GridImportStatus, default=GridImportStatus.PENDING
    )
    file_name = models.CharField(_("文件名"), max_length=120)
    stored = models.CharField(_("存放位置"), max_length=200, blank=True, editable=False)
    sha256 = models.CharField(_("校验码"), max_length=64)
    options = models.JSONField(_("读取方式"), default=dict)
    result = models.JSONField(_("结果"), default=dict)
    created_at = models.DateTimeField(_("上传时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    applied_at = models.DateTimeField(_("导入时间"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("网格导入")
        verbose_name_plural = _("网格导入")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=GridImportStatus.values), name="grid_import_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=GridImportStatus.APPLIED, applied_at__isnull=False)
                | (~Q(status=GridImportStatus.APPLIED) & Q(applied_at__isnull=True)),
                name="grid_import_applied_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
