"""What people set up for their own work: saved filters, standard replies, exports under way."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import ExportFormat, ExportStatus, ReplyField, TicketAction
from dispatch.models.staff import Staff
from reports.models import Category


class SavedFilter(models.Model):
    """A filter of the ticket list under a name 常用筛选.

    ``params`` are the list's own address parameters (names and texts). ``is_shared`` shows it to
    everybody; each still sees only the tickets in their own scope.
    """

    owner = models.ForeignKey(
        Staff, models.CASCADE, related_name="saved_filters", verbose_name=_("建立人")
    )
    name = models.CharField(_("名称"), max_length=20)
    params = models.JSONField(_("条件"), default=dict)
    is_shared = models.BooleanField(_("全体可见"), default=False)
    order = models.PositiveIntegerField(_("顺序"), default=0)
    updated_at = models.DateTimeField(_("修改时间"))

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("常用筛选")
        verbose_name_plural = _("常用筛选")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once"),
        ]
        indexes = [
            models.Index(
                fields=["order", "id"], name="saved_filter_shared", condition=Q(is_shared=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StandardReply(models.Model):
    """A text to start from 标准答复, for one action, for all categories or one (and those below it).

    ``text`` may hold placeholders in braces; ``dispatch.domain.standard_replies`` knows which.
    """

    name = models.CharField(_("名称"), max_length=40, unique=True)
    action = models.CharField(_("用于"), max_length=24, choices=TicketAction)
    field = models.CharField(
        _("填入"), max_length=12, choices=ReplyField, default=ReplyField.PUBLIC_TEXT
    )
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("事项分类"),
        help_text=_("不选则适用于全部分类；选大类则适用于其下各小类"),
    )
    text = models.TextField(_("内容"), max_length=1000)
    order = models.PositiveIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["action", "order", "id"]
        verbose_name = _("标准答复")
        verbose_name_plural = _("标准答复")
        indexes = [models.Index(fields=["action", "order"], name="standard_reply_action")]

    def __str__(self) -> str:
        return self.name


class ExportJob(models.Model):
    """An export too large to wait for 导出任务: the row is the truth, Celery its doorbell.

    ``params`` are the list's address parameters at the time; whose tickets they are is decided when
    it runs. ``beat_at`` is when the worker last wrote its progress; ``total`` may be short by what
    is opened meanwhile. The file lies in the private storage until ``expires_at``. ``columns`` are keys
    of ``dispatch.domain.export_columns``, empty for all that the person may take; ``parts`` is what of
    a csv is written already (``dispatch.domain.export_parts``), so that a killed one goes on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        Staff, models.PROTECT, related_name="export_jobs", verbose_name=_("导出人")
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=ExportStatus, default=ExportStatus.WAITING
    )
    params = models.JSONField(_("条件"), default=dict)
    format = models.CharField(
        _("格式"), max_length=4, choices=ExportFormat, default=ExportFormat.XLSX
    )
    columns = models.JSONField(_("列"), default=list)
    header_keys = models.BooleanField(_("表头用英文列名"), default=False)
    parts = models.JSONField(_("已写好的部分"), default=list, editable=False)
    total = models.PositiveIntegerField(_("件数"), default=0)
    done = models.PositiveIntegerField(_("已写入"), default=0)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    stored = models.CharField(_("存放位置"), max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("大小"), default=0)
    message = models.CharField(_("说明"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("提交时间"))
    beat_at = models.DateTimeField(_("最近进展"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("失效时间"))

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("导出任务")
        verbose_name_plural = _("导出任务")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ExportStatus.values), name="export_status_known"
            ),
            models.CheckConstraint(
                condition=Q(format__in=ExportFormat.values), name="export_format_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="export_mine"),
            models.Index(fields=["status", "beat_at"], name="export_sweep"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.get_status_display()}"
