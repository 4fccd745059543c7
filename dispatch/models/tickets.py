"""The unit of office work and the departments' pieces of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import (
    OPEN_STATUSES,
    AssignmentKind,
    Card,
    Hazard,
    LimitUnit,
    Outcome,
    TicketStatus,
)
from dispatch.models.staff import Department, Staff
from reports.enums import LETTERS, ReportKind, Urgency
from reports.models import Category, Grid, Report
from xiangcun.lib import lookups as _lookups  # noqa: F401 - makes ``at_least`` known

_LETTER_WORDS = {
    TicketStatus.HANDLING: _("办理中"),
    TicketStatus.HANDLED: _("答复待核查"),
}


def status_words(status: str, *, letter: bool) -> str:
    """Return a state as people read it; nobody sees to a letter on the spot."""
    known = TicketStatus(status)
    own = _LETTER_WORDS.get(known) if letter else None
    return str(own or known.label)


class Ticket(models.Model):
    """A ticket 工单. ``dispatch.domain.lifecycle.perform`` is the only writer of ``status``.

    ``version`` equals the number of ledger events; ``ledger_head`` is the last event's hash.
    ``next_due_at`` is the deadline that counts in the present state (none while paused), so that
    every queue sorts and finds what is overdue by one indexed column. ``wake_at`` is when time alone
    does something to the ticket next: a card, or the review of a suspension (``dispatch.domain.cards``).
    ``clock_bases`` says from when and over how many minutes each deadline was computed
    (``dispatch.domain.clocks``).

    ``kind`` decides the flow: a letter (opinion, consultation, praise) is answered in words, a problem is
    seen to on the spot. A letter that tells of danger is opened as a problem. Without ``placed`` the
    point is but the middle of the township, and nothing near it is like it.

    A child 子工单 is a task split off for one more department: it carries no report of its own, and
    ``child_count`` of its ``parent`` says how many there ever were.
    """

    number = models.CharField(_("工单编号"), max_length=20, unique=True, editable=False)
    status = models.CharField(_("状态"), max_length=16, choices=TicketStatus, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    ledger_head = models.CharField(_("流转校验码"), max_length=64, blank=True, editable=False)
    title = models.CharField(_("摘要"), max_length=80)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("事项分类"),
    )
    urgency = models.CharField(_("紧急程度"), max_length=2, choices=Urgency, default=Urgency.P2)
    hazard = models.CharField(_("险情种类"), max_length=16, choices=Hazard, blank=True, default="")
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("网格")
    )
    lat = models.FloatField(_("纬度"))
    lng = models.FloatField(_("经度"))
    confidential = models.BooleanField(_("保密"), default=False)
    queue_reason = models.CharField(_("转人工原因"), max_length=300, blank=True)
    location_flag = models.CharField(_("位置提示"), max_length=200, blank=True)
    auto_dispatched = models.BooleanField(_("自动派单"), default=False)
    report_count = models.PositiveIntegerField(_("上报数"), default=0)

    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("主办单位"),
    )
    finished_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    outcome = models.CharField(_("办理结果"), max_length=16, choices=Outcome, blank=True)
    result_text = models.TextField(_("办理情况"), blank=True)
    reject_reason = models.CharField(_("不予受理原因"), max_length=20, blank=True)
    external_number = models.CharField(_("区级编号"), max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_tickets",
        verbose_name=_("并入工单"),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("主工单"),
    )
    child_count = models.PositiveSmallIntegerField(_("子工单数"), default=0)
    kind = models.CharField(
        _("类型"), max_length=16, choices=ReportKind, default=ReportKind.PROBLEM
    )
    placed = models.BooleanField(_("有确定地点"), default=True)
    pending_request = models.JSONField(_("待批申请"), null=True, blank=True)

    opened_at = models.DateTimeField(_("立案时间"))
    status_since = models.DateTimeField(_("进入当前状态时间"))
    dispatched_at = models.DateTimeField(_("派单时间"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    handled_at = models.DateTimeField(_("办理完成时间"), null=True, blank=True)
    verified_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    supervised_at = models.DateTimeField(_("督办时间"), null=True, blank=True)
    supervise_due_at = models.DateTimeField(_("督办回复期限"), null=True, blank=True)
    review_at = models.DateField(_("挂账复核日期"), null=True, blank=True)
    lead_asked_at = models.DateTimeField(_("居民请值班领导复核时间"), null=True, blank=True)

    assess_due_at = models.DateTimeField(_("研判期限"), null=True, blank=True)
    sign_due_at = models.DateTimeField(_("签收期限"), null=True, blank=True)
    due_at = models.DateTimeField(_("办理期限"), null=True, blank=True)
    due_unit = models.CharField(
        _("计时方式"), max_length=16, choices=LimitUnit, default=LimitUnit.WORK
    )
    clock_bases = models.JSONField(_("期限的起算"), null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(_("当前期限"), null=True, blank=True)
    due_from = models.DateTimeField(_("计时起点"), null=True, blank=True)
    card = models.CharField(_("红黄牌"), max_length=8, choices=Card, blank=True, default="")
    card_level = models.PositiveSmallIntegerField(_("红牌级别"), default=0)
    wake_at = models.DateTimeField(_("下次计时检查"), null=True, blank=True)
    paused_at = models.DateTimeField(_("暂停计时"), null=True, blank=True)
    remaining_minutes = models.IntegerField(_("剩余分钟"), null=True, blank=True)

    dispatch_count = models.PositiveSmallIntegerField(_("派单次数"), default=0)
    return_count = models.PositiveSmallIntegerField(_("退单次数"), default=0)
    extension_count = models.PositiveSmallIntegerField(_("延期次数"), default=0)
    rework_count = models.PositiveSmallIntegerField(_("返工次数"), default=0)
    reopen_count = models.PositiveSmallIntegerField(_("重开次数"), default=0)
    appeal_count = models.PositiveSmallIntegerField(_("申诉次数"), default=0)
    urge_count = models.PositiveSmallIntegerField(_("催办次数"), default=0)

    class Meta:
        verbose_name = _("工单")
        verbose_name_plural = _("工单")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=TicketStatus.values), name="ticket_status_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=Urgency.values), name="ticket_urgency_known"
            ),
            models.CheckConstraint(
                condition=Q(status=TicketStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=TicketStatus.MERGED) & Q(merged_into__isnull=True)),
                name="ticket_merged_names_target",
            ),
            models.CheckConstraint(
                condition=Q(card__in=["", *Card.values]), name="ticket_card_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values), name="ticket_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "next_due_at", "id"], name="ticket_queue"),
            models.Index(
                fields=["lead_department", "status", "next_due_at", "id"],
                name="ticket_department_queue",
            ),
            models.Index(
                fields=["next_due_at"], name="ticket_overdue", condition=Q(status__in=OPEN_STATUSES)
            ),
            models.Index(
                fields=["lat", "lng"],
                name="ticket_open_near",
                condition=Q(status__in=OPEN_STATUSES),
            ),
            # The desk shows danger first, however many other tickets wait.
            models.Index(
                fields=["status", "next_due_at", "id"],
                name="ticket_danger",
                condition=Q(urgency=Urgency.P0),
            ),
            models.Index(fields=["status", "status_since"], name="ticket_timers"),
            models.Index(
                fields=["wake_at"], name="ticket_wake", condition=Q(wake_at__isnull=False)
            ),
            models.Index(
                fields=["status", "supervise_due_at", "id"],
                name="ticket_supervised",
                condition=Q(supervise_due_at__isnull=False),
            ),
            models.Index(
                fields=["review_at", "id"],
                name="ticket_reviews",
                condition=Q(review_at__isnull=False),
            ),
            models.Index(
                fields=["status", "lead_asked_at", "id"],
                name="ticket_lead_asked",
                condition=Q(lead_asked_at__isnull=False),
            ),
            models.Index(fields=["category", "-id"], name="ticket_category"),
            models.Index(fields=["grid", "-id"], name="ticket_grid"),
            models.Index(fields=["opened_at"], name="ticket_opened"),
            models.Index(fields=["lat", "lng"], name="ticket_place"),
            # Asked at every first dispatch: was the same trouble near by within 30 days?
            models.Index(
                fields=["category", "opened_at", "lat", "lng"],
                name="ticket_repeats",
                condition=Q(placed=True, parent__isnull=True),
            ),
            # What people watch: few rows each, so they cost next to nothing to keep. The watched column
            # is in them, too, so that SQLite, which has no statistics here, finds them the best.
            models.Index(
                fields=["status", "return_count"],
                name="ticket_returned_twice",
                condition=Q(return_count__gte=2),
            ),
            models.Index(
                fields=["status", "urge_count"], name="ticket_urged", condition=Q(urge_count__gte=1)
            ),
            models.Index(
                fields=["status", "reopen_count"],
                name="ticket_reopened",
                condition=Q(reopen_count__gte=1),
            ),
            models.Index(
                fields=["status", "next_due_at", "id"],
                name="ticket_requests",
                condition=Q(pending_request__isnull=False),
            ),
            models.Index(fields=["status", "card"], name="ticket_carded", condition=Q(card__gt="")),
            models.Index(
                fields=["status", "supervised_at"],
                name="ticket_was_supervised",
                condition=Q(supervised_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # Django keeps what is there
        """Return the state in words; nobody sees to a letter on the spot."""
        return status_words(self.status, letter=self.is_letter)

    @property
    def is_letter(self) -> bool:
        """Whether it is answered in words: nobody goes out for it."""
        return self.kind in LETTERS


class TicketReport(models.Model):
    """Which ticket a report belongs to now; the one-to-one is what makes triage happen once."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="ticket_reports", verbose_name=_("工单")
    )
    report = models.OneToOneField(
        Report, models.PROTECT, related_name="ticket_report", verbose_name=_("上报")
    )
    origin_ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="+", verbose_name=_("最初工单")
    )
    attached_at = models.DateTimeField(_("关联时间"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("工单上报")
        verbose_name_plural = _("工单上报")

    def __str__(self) -> str:
        return f"{self.ticket_id} ← {self.report_id}"


class Assignment(models.Model):
    """A department's piece of a ticket 主办/协办; ended, never deleted."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="assignments", verbose_name=_("工单")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="assignments",
        verbose_name=_("部门"),
        db_index=False,  # the index below begins with it
    )
    kind = models.CharField(_("主办/协办"), max_length=8, choices=AssignmentKind)
    assigned_at = models.DateTimeField(_("派单时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("派单")
        verbose_name_plural = _("派单")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(kind=AssignmentKind.LEAD, ended_at__isnull=True),
                name="assignment_one_lead",
            ),
            models.UniqueConstraint(
                fields=["ticket", "department"],
                condition=Q(ended_at__isnull=True),
                name="assignment_active_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "kind", "ended_at", "ticket"], name="assignment_of_department"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.department_id} {self.kind}"
