"""Who may not send for a while: by account, device or address, never by name."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.enums import BlockReason, SenderKind
from reports.models.reports import Report
from reports.models.residents import Resident


class SenderBlock(models.Model):
    """A restriction 限制: whoever it fits sends no report, addition or urging until it ends.

    ``value`` is a keyed digest of a device or address (``reports.domain.senders``), or a network in
    the usual spelling (``203.0.113.0/24``), which is nobody's personal data. ``report`` is the one from
    whose page it was made; who made it stands in the audit trail. ``note`` is for the office.
    """

    kind = models.CharField(_("限制对象"), max_length=16, choices=SenderKind)
    resident = models.ForeignKey(
        Resident,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("上报人"),
    )
    value = models.CharField(_("摘要或网段"), max_length=64, blank=True)
    account = models.CharField(_("账号摘要"), max_length=32, blank=True, editable=False)
    reason = models.CharField(_("原因"), max_length=16, choices=BlockReason)
    note = models.TextField(_("说明"))
    report = models.ForeignKey(
        Report,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("依据的上报"),
    )
    starts_at = models.DateTimeField(_("开始时间"))
    until = models.DateTimeField(_("截止时间"))
    lifted_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    lifted_note = models.TextField(_("解除说明"), blank=True)

    class Meta:
        verbose_name = _("上报限制")
        verbose_name_plural = _("上报限制")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SenderKind.values), name="block_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=BlockReason.values), name="block_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=SenderKind.RESIDENT, resident__isnull=False, value="")
                | (~Q(kind=SenderKind.RESIDENT) & Q(resident__isnull=True) & ~Q(value="")),
                name="block_names_its_sender",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("starts_at")), name="block_ends"),
        ]
        indexes = [
            models.Index(
                fields=["until"], name="block_standing", condition=Q(lifted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
