"""The append-only, hash-chained record of everything that happened to a ticket."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import Role, TicketAction, TicketStatus, Visibility
from dispatch.models.staff import Department, Staff
from dispatch.models.tickets import Ticket
from reports.enums import Urgency
from reports.models import Category, Grid, Photo, Report


class LedgerIsAppendOnlyError(RuntimeError):
    """Somebody tried to change or delete an event through the ORM."""


class TicketEvent(models.Model):
    """One line of the ledger 流转记录.

    ``hash`` = HMAC over every column below but ``id`` and ``tallied``, and over ``prev_hash``
    (``dispatch.domain.ledger``). ``category``, ``lead_department``, ``grid`` and ``urgency`` are the
    ticket's after the event: the summary is counted from them alone. No resident is named here, so
    erasing a resident needs no change of the ledger.
    """

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="events", verbose_name=_("工单")
    )
    seq = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    role = models.CharField(_("身份"), max_length=16, choices=Role)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("经办单位")
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, related_name="+", verbose_name=_("相关上报")
    )
    action = models.CharField(_("动作"), max_length=24, choices=TicketAction)
    from_status = models.CharField(_("原状态"), max_length=16, blank=True)
    to_status = models.CharField(_("新状态"), max_length=16, choices=TicketStatus)
    reason_code = models.CharField(_("原因代码"), max_length=24, blank=True)
    note = models.TextField(_("说明"), blank=True)
    visibility = models.CharField(
        _("可见范围"), max_length=10, choices=Visibility, default=Visibility.INTERNAL
    )
    due_before = models.DateTimeField(_("原期限"), null=True)
    due_after = models.DateTimeField(_("新期限"), null=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", verbose_name=_("事项分类")
    )
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("主办单位"),
        db_index=False,  # an index below begins with it
    )
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, related_name="+", verbose_name=_("网格")
    )
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency)
    data = models.JSONField(_("附加数据"), default=dict)
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True)
    prev_hash = models.CharField(_("前一校验码"), max_length=64)
    hash = models.CharField(_("校验码"), max_length=64)
    tallied = models.BooleanField(_("已统计"), default=False, editable=False)

    class Meta:
        ordering = ["ticket_id", "seq"]
        verbose_name = _("流转记录")
        verbose_name_plural = _("流转记录")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq_once"),
            models.CheckConstraint(
                condition=Q(to_status__in=TicketStatus.values), name="event_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="event_untallied", condition=Q(tallied=False)),
            models.Index(fields=["at"], name="event_at"),
            # The lists behind the figures: what happened in a range of days, in one department or in all.
            models.Index(fields=["action", "at", "id"], name="event_behind"),
            models.Index(
                fields=["lead_department", "action", "at", "id"], name="event_behind_department"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} 第 {self.seq} 步 {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: a written line never changes."""
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: a written line never goes."""
        raise LedgerIsAppendOnlyError


class EventPhoto(models.Model):
    """A photo that belongs to an event, such as the after-photo of ``finish``."""

    event = models.ForeignKey(
        TicketEvent, models.PROTECT, related_name="event_photos", verbose_name=_("流转记录")
    )
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+", verbose_name=_("照片"))
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("办理照片")
        verbose_name_plural = _("办理照片")

    def __str__(self) -> str:
        return f"{self.event_id}/{self.order}"
