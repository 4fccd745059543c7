"""The append-only, hash-chained record of what people did with the system itself."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.enums import AuditAction, AuditOutcome
from dispatch.models.ledger import LedgerIsAppendOnlyError
from dispatch.models.staff import Staff
from dispatch.models.tickets import Ticket
from reports.models import Report


class AuditRecord(models.Model):
    """One line of the audit trail 审计记录; written by ``dispatch.domain.audit`` only.

    ``username`` and ``roles`` are as they were then: an account may be renamed or moved later, and a
    failed sign-in has a name without an account. ``data`` holds ids, counts and old and new values,
    never a telephone number or a secret. ``seal`` = HMAC over every column but ``id`` and over
    ``prev_hash``; ``seq`` counts without a gap.
    """

    seq = models.PositiveBigIntegerField(_("序号"), unique=True, editable=False)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("账号")
    )
    username = models.CharField(_("用户名"), max_length=150, blank=True)
    roles = models.CharField(_("岗位"), max_length=200, blank=True)
    action = models.CharField(_("事项"), max_length=24, choices=AuditAction)
    outcome = models.CharField(
        _("结果"), max_length=8, choices=AuditOutcome, default=AuditOutcome.OK
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("工单")
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上报")
    )
    reason = models.TextField(_("理由"), blank=True)
    data = models.JSONField(_("内容"), default=dict)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True)
    prev_hash = models.CharField(_("前一校验码"), max_length=64)
    seal = models.CharField(_("校验码"), max_length=64)

    class Meta:
        ordering = ["-seq"]
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=AuditOutcome.values), name="audit_outcome_known"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["action", "-seq"], name="audit_action"),
            models.Index(fields=["actor", "-seq"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"第 {self.seq} 条 {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: a written line never changes."""
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: a written line never goes."""
        raise LedgerIsAppendOnlyError


class AuditHead(models.Model):
    """The end of the audit trail, one row: how many lines there are, and the last one's seal.

    Whoever writes a line locks it. ``proof`` seals both figures, so that the end cannot be moved
    back to an earlier line without the key.
    """

    ONLY = 1

    count = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)
    proof = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one"),
        ]

    def __str__(self) -> str:
        return str(self.count)
