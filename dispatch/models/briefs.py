"""Briefs 简报: frozen figures, their versions, the files drawn of them, and who gets them."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import (
    BriefFileState,
    BriefFormat,
    BriefKind,
    BriefStatus,
    BriefStep,
)
from dispatch.models.ledger import LedgerIsAppendOnlyError
from dispatch.models.staff import Staff


class AppendOnly(models.Model):
    """Rows that are written once: neither saved again nor deleted through the ORM."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LedgerIsAppendOnlyError


class Brief(models.Model):
    """One issue 一期简报. ``dispatch.domain.briefs`` is the only writer.

    ``first`` and ``last`` are Asia/Shanghai days, both included. ``serial`` counts the issues of a kind
    within ``year``. ``version`` is the number of the newest ``BriefVersion`` and what an edit is held
    against. ``round`` counts signings, so that a corrected issue is sent again and nothing twice.
    ``editor`` is the last person whose words or figures these are.
    """

    kind = models.CharField(_("种类"), max_length=8, choices=BriefKind)
    first = models.DateField(_("起始日期"))
    last = models.DateField(_("截止日期"))
    year = models.PositiveSmallIntegerField(_("年份"))
    serial = models.PositiveSmallIntegerField(_("期号"))
    status = models.CharField(
        _("状态"), max_length=10, choices=BriefStatus, default=BriefStatus.DRAFT, editable=False
    )
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    round = models.PositiveSmallIntegerField(_("签发次数"), default=0, editable=False)
    editor = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("最后编辑")
    )
    signer = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("签发人")
    )
    created_at = models.DateTimeField(_("生成时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    signed_at = models.DateTimeField(_("签发时间"), null=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    class Meta:
        ordering = ["-last", "-id"]
        verbose_name = _("简报")
        verbose_name_plural = _("简报")
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "last"], name="brief_period_once"),
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="brief_serial_once"),
            models.CheckConstraint(
                condition=Q(status__in=BriefStatus.values), name="brief_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=BriefKind.values), name="brief_kind_known"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="brief_days"),
        ]
        indexes = [
            models.Index(fields=["kind", "-last"], name="brief_list"),
            models.Index(
                fields=["id"],
                name="brief_to_send",
                condition=Q(status=BriefStatus.PUBLISHED, sent_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年{self.get_kind_display()}第 {self.serial} 期"


class BriefSnapshot(AppendOnly):
    """Everything counted and found for an issue at one moment, as text that never changes.

    ``data`` is canonical JSON (sorted keys, no blanks), ``sha256`` its hex digest: what is printed again
    in ten years are these very bytes, whatever the database does to JSON and the ledger to figures.
    """

    brief = models.ForeignKey(
        Brief, models.PROTECT, related_name="snapshots", verbose_name=_("简报")
    )
    data = models.TextField(_("数据"))
    sha256 = models.CharField(_("数据校验码"), max_length=64)
    taken_at = models.DateTimeField(_("取数时间"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("简报数据")
        verbose_name_plural = _("简报数据")

    def __str__(self) -> str:
        return f"{self.brief_id} {self.sha256[:12]}"

    @property
    def content(self) -> dict[str, Any]:
        """The data as plain values."""
        return dict(json.loads(self.data))


class BriefVersion(AppendOnly):
    """One version 版本: frozen figures and the words around them. A document is drawn from it alone.

    ``blocks`` is ``{key: text}``; ``edited`` names the blocks that a person wrote or changed, ``ticks``
    is ``{key of a case: {"by": account, "name": …, "at": …}}``: who found it fit to print. ``signature``
    and ``signed_on`` are set in the version that the signing makes.
    """

    brief = models.ForeignKey(
        Brief, models.PROTECT, related_name="versions", verbose_name=_("简报")
    )
    number = models.PositiveIntegerField(_("版本"))
    snapshot = models.ForeignKey(
        BriefSnapshot, models.PROTECT, related_name="versions", verbose_name=_("数据")
    )
    blocks = models.JSONField(_("文字"), default=dict)
    edited = models.JSONField(_("人工修改的段落"), default=list)
    ticks = models.JSONField(_("案例确认"), default=dict)
    step = models.CharField(_("步骤"), max_length=10, choices=BriefStep)
    maker = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    made_at = models.DateTimeField(_("时间"))
    why = models.CharField(_("说明"), max_length=200, blank=True)
    signature = models.CharField(_("签发人"), max_length=30, blank=True)
    signed_on = models.DateField(_("签发日期"), null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("简报版本")
        verbose_name_plural = _("简报版本")
        constraints = [
            models.UniqueConstraint(fields=["brief", "number"], name="brief_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.brief_id} v{self.number}"


class BriefFile(models.Model):
    """One file of one version: the row is the truth, Celery its doorbell.

    A file is a pure function of its version: one that was lost is drawn again, to the same bytes.
    """

    version = models.ForeignKey(
        BriefVersion, models.PROTECT, related_name="files", verbose_name=_("版本")
    )
    format = models.CharField(_("格式"), max_length=4, choices=BriefFormat)
    state = models.CharField(
        _("状态"), max_length=8, choices=BriefFileState, default=BriefFileState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    stored = models.CharField(_("存放位置"), max_length=200, blank=True, editable=False)
    size = models.PositiveIntegerField(_("大小"), default=0)
    sha256 = models.CharField(_("文件校验码"), max_length=64, blank=True)
    message = models.CharField(_("说明"), max_length=200, blank=True)
    beat_at = models.DateTimeField(_("最近进展"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("简报文件")
        verbose_name_plural = _("简报文件")
        constraints = [
            models.UniqueConstraint(fields=["version", "format"], name="brief_file_once"),
            models.CheckConstraint(
                condition=Q(state__in=BriefFileState.values), name="brief_file_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["beat_at"],
                name="brief_file_sweep",
                condition=Q(state__in=[BriefFileState.WAITING, BriefFileState.DRAWING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.format}"


class BriefSubscriber(models.Model):
    """Who gets briefs once they are signed: an account, or a mail address outside of the house.

    ``kinds`` are the kinds of briefs (texts of ``BriefKind``).
    """

    user = models.OneToOneField(
        Staff,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="brief_subscription",
        verbose_name=_("工作人员"),
    )
    email = models.EmailField(_("邮箱"), max_length=120, blank=True)
    name = models.CharField(_("单位或姓名"), max_length=40, blank=True)
    kinds = models.JSONField(_("订阅"), default=list)
    added_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    added_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("简报订阅")
        verbose_name_plural = _("简报订阅")
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="brief_subscriber_email_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="") | (Q(user__isnull=True) & ~Q(email="")),
                name="brief_subscriber_is_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else self.name or self.email
