"""The queue page: tabs, columns, filters and paging of the ticket list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.views import ChangeList

from dispatch.console.people import actor_of
from dispatch.console.wording import (
    STATUS_TONE,
    URGENCY_TONE,
    card_badge,
    count_text,
    due_text,
    moment_text,
    span_text,
    supervision_text,
    urgency_text,
)
from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.ticket_filters import (
    BOX,
    NEAR,
    ONLY,
    WATCHED,
    base_tickets,
    local_day,
    queue_of,
)
from dispatch.queries.tickets import (
    ALARMING,
    COUNT_CAP,
    Queue,
    queue_counts,
    queues_for,
    waiting_since,
)
from dispatch.queries.tray import unread_counts, with_unread
from reports.enums import Urgency
from reports.models import Category
from xiangcun.lib.text import is_key

QUEUE_PARAM = "queue"
PAGE_SIZE = 25


def requested_queue(request: HttpRequest) -> Queue:
    """Return the tab asked for, else the first one; a search looks everywhere."""
    return queue_of(actor_of(request), request.GET.dict())


def queue_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs with their capped counts, for the template."""
    active, actor = requested_queue(request), actor_of(request)
    now = timezone.now()
    counts = queue_counts(actor, now=now)
    unread = unread_counts(actor, actor.user_id or 0, now=now)
    base = reverse("admin:dispatch_ticket_changelist")
    return [
        {
            "code": queue.code,
            "label": queue.label,
            "count": count_text(counts[queue.code], COUNT_CAP) if queue.code in counts else "",
            "unread": unread.get(queue.code, 0),
            "url": f"{base}?{QUEUE_PARAM}={queue.code}",
            "active": queue == active,
            "alarm": queue.code in ALARMING and counts.get(queue.code, 0) > 0,
        }
        for queue in queues_for(actor)
    ]


class TicketChangeList(ChangeList):
    """The list within one queue, ordered as the queue is worked off."""

    def get_filters_params(self, params: Any = None) -> Any:
        """Keep the tab and the place out of the column filters."""
        found = super().get_filters_params(params)
        for name in (QUEUE_PARAM, BOX, NEAR):
            found.pop(name, None)
        return found

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Ticket]:
        """Start from the queue instead of from all."""
        self.root_queryset = base_tickets(actor_of(request), request.GET.dict(), now=timezone.now())
        found: QuerySet[Ticket] = super().get_queryset(request, exclude_parameters)
        actor = actor_of(request)
        if actor.department_ids and actor.user_id is not None:
            return with_unread(found, actor.user_id)
        return found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> list[str]:
        """Order by the queue's index, whatever column was asked for."""
        return list(requested_queue(request).ordering)

    def get_results(self, request: HttpRequest) -> None:
        """Do not announce "n of m": the tabs have the counts."""
        super().get_results(request)
        self.full_result_count = self.result_count


class TopCategoryFilter(DropdownFilter):
    """Everything below one top category."""

    title = _("事项大类")
    parameter_name = "top"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        tops = Category.objects.filter(parent__isnull=True).order_by("code")
        return [(str(pk), name) for pk, name in tops.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        value = str(self.value() or "")
        return queryset.filter(category__parent_id=int(value)) if is_key(value) else queryset


class WatchedFilter(DropdownFilter):
    """What people keep an eye on: overdue, due today, returned twice and so on."""

    title = _("关注")
    parameter_name = ONLY

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, label) for code, (label, _condition) in WATCHED.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        code = str(self.value() or "")
        return queryset.filter(WATCHED[code][1](timezone.now())) if code in WATCHED else queryset


class OpenedFilter(RangeDateFilter):
    """Opened within local days, both included; the theme's own filter compares naive moments."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.within(queryset, "opened_at")

    def within(self, queryset: QuerySet[Any], column: str) -> QuerySet[Any]:
        """Narrow to the chosen days of a moment's column."""
        first, last = (
            local_day(str(self.used_parameters.get(f"{self.parameter_name}_{end}") or ""))
            for end in ("from", "to")
        )
        if first is not None:
            queryset = queryset.filter(**{f"{column}__gte": first})
        if last is not None:
            queryset = queryset.filter(**{f"{column}__lt": last + timedelta(days=1)})
        return queryset


LIST_FILTER = (
    WatchedFilter,
    ("status", ChoicesDropdownFilter),
    TopCategoryFilter,
    ("urgency", ChoicesDropdownFilter),
    ("lead_department", RelatedDropdownFilter),
    ("grid", RelatedDropdownFilter),
    ("auto_dispatched", BooleanRadioFilter),
    ("opened_at", OpenedFilter),
)


def badge(text: str, tone: str) -> SafeString:
    """Return a coloured label."""
    return format_html('<span class="xc-badge xc-{}">{}</span>', tone or "plain", text)


_UNREAD = mark_safe('<i class="xc-dot" role="img" aria-label="未读"></i> ')


def _review_cell(ticket: Ticket) -> SafeString | str:
    """Say when a suspension is to be looked at again; the day itself counts as late."""
    if ticket.review_at is None:
        return str(_("暂停计时"))
    late = ticket.review_at <= timezone.localdate()
    return format_html(
        '<div class="xc-due{}"><b>{}</b><br><span>{}</span></div>',
        " xc-late" if late else "",
        _("已到复核日期") if late else _("挂账，待复核"),
        ticket.review_at.isoformat(),
    )


def _cell(text: object) -> SafeString:
    return format_html('<div class="xc-cell">{}</div>', text)


class TicketColumns:
    """The columns of the list; each says one thing and runs no query."""

    @admin.display(description=_("编号"))
    def col_number(self, ticket: Ticket) -> SafeString:
        dot = _UNREAD if getattr(ticket, "is_unread", False) else ""
        return format_html('<span class="xc-number">{}{}</span>', dot, ticket.number)

    @admin.display(description=_("摘要"))
    def col_title(self, ticket: Ticket) -> SafeString:
        marks = (
            (ticket.confidential, _("保密"), "danger"),
            (
                ticket.supervised_at,
                supervision_text(ticket),
                "danger" if ticket.supervise_due_at else "info",
            ),
            (ticket.card, *card_badge(ticket)),
            (ticket.parent_id, _("子工单"), "plain"),
            (ticket.child_count, _("有子工单"), "plain"),
            (ticket.urge_count, _("催办"), "warning"),
            (ticket.return_count, _("退单"), "warning"),
            (ticket.pending_request, _("待审批"), "primary"),
        )
        shown = ((badge(str(text), tone),) for present, text, tone in marks if present)
        return format_html(
            '<div class="xc-title{}">{} {}</div>',
            " xc-unread" if getattr(ticket, "is_unread", False) else "",
            ticket.title,
            format_html_join(" ", "{}", shown),
        )

    @admin.display(description=_("分类"))
    def col_category(self, ticket: Ticket) -> SafeString:
        return _cell(ticket.category.name if ticket.category else _("未定"))

    @admin.display(description=_("紧急程度"))
    def col_urgency(self, ticket: Ticket) -> SafeString:
        return badge(urgency_text(ticket.urgency), URGENCY_TONE[Urgency(ticket.urgency)])

    @admin.display(description=_("状态"))
    def col_status(self, ticket: Ticket) -> SafeString:
        return badge(ticket.get_status_display(), STATUS_TONE[TicketStatus(ticket.status)])

    @admin.display(description=_("网格"))
    def col_grid(self, ticket: Ticket) -> SafeString:
        return _cell(ticket.grid.name if ticket.grid else _("未定位"))

    @admin.display(description=_("主办单位"))
    def col_department(self, ticket: Ticket) -> SafeString:
        return _cell(ticket.lead_department.short_name if ticket.lead_department else "—")

    @admin.display(description=_("期限"))
    def col_due(self, ticket: Ticket) -> SafeString | str:
        if ticket.next_due_at is None:
            return _review_cell(ticket) if ticket.paused_at else "—"
        now = timezone.now()
        late = ticket.next_due_at < now and ticket.status in OPEN_STATUSES
        return format_html(
            '<div class="xc-due{}"><b>{}</b><br><span>{}</span></div>',
            " xc-late" if late else "",
            due_text(ticket.next_due_at, now=now),
            moment_text(ticket.next_due_at),
        )

    @admin.display(description=_("上报数"))
    def col_reports(self, ticket: Ticket) -> int:
        return ticket.report_count

    @admin.display(description=_("停留时间"))
    def col_waiting(self, ticket: Ticket) -> SafeString:
        span = span_text(waiting_since(ticket, now=timezone.now()))
        return format_html('<span class="xc-nowrap">{}</span>', span)
