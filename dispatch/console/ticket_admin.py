"""The ticket in the admin: a scoped list, one page, and the buttons of the state table."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from dispatch.console.action_views import action_page, original_page, ticket_page
from dispatch.console.bulk import bulk_page, bulk_url, kinds_for
from dispatch.console.contact_page import contact_page
from dispatch.console.export_views import export_file
from dispatch.console.filter_bar import bar_context, present_params
from dispatch.console.model_words import model_notices
from dispatch.console.paging import CappedPaginator
from dispatch.console.people import (
    DISPATCHES,
    OPENS_CASES,
    READS_CASES,
    OfficeAdmin,
    actor_of,
    has_role,
)
from dispatch.console.print_views import print_url
from dispatch.console.ticket_list import (
    LIST_FILTER,
    PAGE_SIZE,
    TicketChangeList,
    TicketColumns,
    queue_tabs,
    requested_queue,
)
from dispatch.domain.exports import SMALL_ROWS
from dispatch.models import Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.ticket_search import search_tickets
from dispatch.queries.tickets import COMMAND_ONLY


@admin.register(Ticket)
class TicketAdmin(TicketColumns, OfficeAdmin):
    """No row is added, changed or deleted here: actions are, through ``perform``."""

    readers = OPENS_CASES
    writers = frozenset()
    list_display = (
        "col_number",
        "col_title",
        "col_category",
        "col_urgency",
        "col_status",
        "col_grid",
        "col_department",
        "col_due",
        "col_reports",
        "col_waiting",
    )
    list_display_links = ("col_number", "col_title")
    list_filter = LIST_FILTER
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_before_template = "admin/dispatch/ticket/queues.html"
    list_select_related = ("category", "grid", "lead_department")
    list_per_page = PAGE_SIZE
    list_max_show_all = 0
    list_disable_select_all = True
    search_fields = ("number",)
    search_help_text = _("按工单编号、上报编号，或摘要、上报内容里的词搜索")
    sortable_by = ()
    paginator = CappedPaginator
    actions = (
        "bulk_dispatch",
        "bulk_merge",
        "bulk_remind",
        "bulk_supervise",
        "print_selected",
        "export_selected",
    )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        queue = requested_queue(request)
        same_for_all = {"col_status"} if len(queue.statuses) == 1 else set()
        if queue.code in COMMAND_ONLY:
            same_for_all.add("col_department")
        columns: tuple[str, ...] = tuple(super().get_list_display(request))
        return tuple(name for name in columns if name not in same_for_all)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return visible_tickets(actor_of(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TicketChangeList]:
        return TicketChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        return (search_tickets(queryset, search_term) if search_term.strip() else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {"title": _("工单"), **(extra_context or {})}
        if self.has_view_permission(request):
            context["queue_tabs"] = queue_tabs(request)
            context["bar"] = bar_context(request) if has_role(request, READS_CASES) else None
            context["bulk_kinds"] = kinds_for(request, present_params(request))
            context["notices"] = model_notices(request)
            context["may_triage"] = has_role(request, DISPATCHES)
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return ticket_page(self, request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:dispatch_ticket_change", args=(object_id,)))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        if not has_role(request, READS_CASES):
            return {}
        allowed = {f"bulk_{row['code']}" for row in kinds_for(request, {})} | {
            "export_selected",
            "print_selected",
        }
        found = super().get_actions(request)
        return {name: row for name, row in found.items() if name in allowed}

    @admin.action(description=_("打印办件单（PDF）"))
    def print_selected(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse:
        return HttpResponseRedirect(print_url(queryset.values_list("pk", flat=True)))

    @admin.action(description=_("批量派单"))
    def bulk_dispatch(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse:
        return HttpResponseRedirect(bulk_url("dispatch", queryset))

    @admin.action(description=_("批量并案"))
    def bulk_merge(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse:
        return HttpResponseRedirect(bulk_url("merge", queryset))

    @admin.action(description=_("批量催办"))
    def bulk_remind(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse:
        return HttpResponseRedirect(bulk_url("remind", queryset))

    @admin.action(description=_("批量督办"))
    def bulk_supervise(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse:
        return HttpResponseRedirect(bulk_url("supervise", queryset))

    @admin.action(description=_("导出所选（Excel）"))
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponseBase:
        return export_file(request, ids=list(queryset.values_list("pk", flat=True)[:SMALL_ROWS]))

    def get_urls(self) -> list[URLPattern]:
        guard: Callable[[Any], Any] = self.admin_site.admin_view
        return [
            path("bulk/<slug:action>/", guard(self.bulk_view), name="dispatch_ticket_bulk"),
            path(
                "<int:ticket_id>/do/<slug:action>/",
                guard(self.action_view),
                name="dispatch_ticket_action",
            ),
            path(
                "<int:ticket_id>/photos/<uuid:photo_id>/original/",
                guard(self.original_view),
                name="dispatch_ticket_original",
            ),
            path(
                "<int:ticket_id>/reports/<int:report_id>/contact/",
                guard(self.contact_view),
                name="dispatch_ticket_contact",
            ),
            *super().get_urls(),
        ]

    def action_view(self, request: HttpRequest, ticket_id: int, action: str) -> HttpResponse:
        return action_page(self, request, ticket_id, action)

    def original_view(
        self, request: HttpRequest, ticket_id: int, photo_id: uuid.UUID
    ) -> HttpResponse:
        return original_page(request, ticket_id, photo_id)

    def contact_view(self, request: HttpRequest, ticket_id: int, report_id: int) -> HttpResponse:
        return contact_page(self, request, ticket_id, report_id)

    def bulk_view(self, request: HttpRequest, action: str) -> HttpResponse:
        return bulk_page(self, request, action)
