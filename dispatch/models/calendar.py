"""Who changed the working calendar, and how far the open due dates have followed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import CalendarChangeKind, CalendarChangeStatus
from dispatch.models.staff import Staff


class CalendarChange(models.Model):
    """One change of the calendar; ``dispatch.domain.calendar`` writes it.

    ``before`` and ``after`` are the rows of the touched days as ``[date, type, name, confirmed]``.
    ``cursor`` is the last ticket of the present round: a worker that died is taken up there.
    ``moves`` holds at most ``MOST_MOVES`` moved tickets; the ledger holds all of them.
    """

    MOST_MOVES = 500

    created_at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    kind = models.CharField(_("方式"), max_length=8, choices=CalendarChangeKind)
    summary = models.CharField(_("内容"), max_length=200)
    reason = models.CharField(_("告知居民的原因"), max_length=60)
    first_day = models.DateField(_("首日"))
    last_day = models.DateField(_("末日"))
    before = models.JSONField(_("原日历"), default=list)
    after = models.JSONField(_("新日历"), default=list)
    status = models.CharField(
        _("进度"),
        max_length=10,
        choices=CalendarChangeStatus,
        default=CalendarChangeStatus.WAITING,
    )
    cursor = models.BigIntegerField(_("已查到的工单"), default=0)
    examined = models.PositiveIntegerField(_("已查工单"), default=0)
    moved = models.PositiveIntegerField(_("已重算"), default=0)
    moves = models.JSONField(_("重算结果"), default=list)
    round_ended_at = models.DateTimeField(_("首轮完成时间"), null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("日历变更")
        verbose_name_plural = _("日历变更")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CalendarChangeKind.values), name="calendar_change_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CalendarChangeStatus.values),
                name="calendar_change_status_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="calendar_change_open",
                condition=~Q(status=CalendarChangeStatus.DONE),
            ),
        ]

    def __str__(self) -> str:
        return self.summary
