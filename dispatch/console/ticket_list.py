"""The queue page: tabs, columns, filters and paging of the ticket list."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
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
    count_text,
    due_text,
    moment_text,
    span_text,
    urgency_text,
)
from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.tickets import (
    COUNT_CAP,
    QUEUE_BY_CODE,
    Queue,
    queue_counts,
    queue_tickets,
    queues_for,
    waiting_since,
)
from reports.enums import Urgency
from reports.models import Category

QUEUE_PARAM = "queue"
PAGE_SIZE = 25


def requested_queue(request: HttpRequest) -> Queue:
    """Return the tab asked for, else the first one; a search looks everywhere."""
    tabs = queues_for(actor_of(request))
    if request.GET.get("q", "").strip():
        return tabs[-1]
    wanted = QUEUE_BY_CODE.get(request.GET.get(QUEUE_PARAM, ""))
    if wanted in tabs and wanted is not None:
        return wanted
    return tabs[0]


def queue_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs with their capped counts, for the template."""
    active, actor = requested_queue(request), actor_of(request)
    counts = queue_counts(actor, now=timezone.now())
    base = reverse("admin:dispatch_ticket_changelist")
    return [
        {
            "code": queue.code,
            "label": queue.label,
            "count": count_text(counts[queue.code], COUNT_CAP) if queue.code in counts else "",
            "url": f"{base}?{QUEUE_PARAM}={queue.code}",
            "active": queue == active,
            "alarm": queue.code == "overdue" and counts.get(queue.code, 0) > 0,
        }
        for queue in queues_for(actor)
    ]


class TicketChangeList(ChangeList):
    """The list within one queue, ordered as the queue is worked off."""

    def get_filters_params(self, params: Any = None) -> Any:
        """Keep the tab out of the column filters."""
        found = super().get_filters_params(params)
        found.pop(QUEUE_PARAM, None)
        return found

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Ticket]:
        """Start from the queue instead of from all."""
        self.root_queryset = queue_tickets(
            actor_of(request), requested_queue(request), now=timezone.now()
        )
        found: QuerySet[Ticket] = super().get_queryset(request, exclude_parameters)
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
        return queryset.filter(category__parent_id=int(value)) if value.isdigit() else queryset


class OpenedFilter(RangeDateFilter):
    """Opened within local days, both included; the theme's own filter compares naive moments."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.within(queryset, "opened_at")

    def within(self, queryset: QuerySet[Any], column: str) -> QuerySet[Any]:
        """Narrow to the chosen days of a moment's column."""
        first, last = (
            self._day(str(self.used_parameters.get(f"{self.parameter_name}_{end}") or ""))
            for end in ("from", "to")
        )
        if first is not None:
            queryset = queryset.filter(**{f"{column}__gte": first})
        if last is not None:
            queryset = queryset.filter(**{f"{column}__lt": last + timedelta(days=1)})
        return queryset

    @staticmethod
    def _day(text: str) -> datetime | None:
        """Return the local midnight that begins the day; a day that is none filters nothing."""
        try:
            day = parse_date(text)
        except ValueError:
            return None
        return timezone.make_aware(datetime.combine(day, time.min)) if day else None


LIST_FILTER = (
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


def _cell(text: object) -> SafeString:
    return format_html('<div class="xc-cell">{}</div>', text)


class TicketColumns:
    """The columns of the list; each says one thing and runs no query."""

    @admin.display(description=_("编号"))
    def col_number(self, ticket: Ticket) -> SafeString:
        return format_html('<span class="xc-number">{}</span>', ticket.number)

    @admin.display(description=_("摘要"))
    def col_title(self, ticket: Ticket) -> SafeString:
        marks = (
            (ticket.confidential, _("保密"), "danger"),
            (ticket.supervised_at, _("督办"), "danger"),
            (ticket.urge_count, _("催办"), "warning"),
            (ticket.return_count, _("退单"), "warning"),
            (ticket.pending_request, _("待审批"), "primary"),
        )
        shown = ((badge(str(text), tone),) for present, text, tone in marks if present)
        return format_html(
            '<div class="xc-title">{} {}</div>', ticket.title, format_html_join(" ", "{}", shown)
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
            return str(_("暂停计时")) if ticket.paused_at else "—"
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
