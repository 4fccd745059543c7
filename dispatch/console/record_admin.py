"""What the system wrote down, to be read by the command room: reports, triage, ledger."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from dispatch.console.explanation import triage_card
from dispatch.console.paging import CappedPaginator
from dispatch.console.people import RecordAdmin, actor_of
from dispatch.console.wording import DECISION_NAMES, reason_text, who_text
from dispatch.domain.contacts import contact_of
from dispatch.enums import TicketStatus
from dispatch.models import Ticket, TicketEvent, TriageRun
from dispatch.queries.access import may_see_contact, unless_recused, visible_reports
from reports.models import Report
from xiangcun.lib.text import mask_contacts, mask_phone

EXCERPT = 40


def ticket_anchor(ticket: Ticket | None) -> SafeString | str:
    """Return a link to the ticket's page."""
    if ticket is None:
        return "—"
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    return format_html('<a href="{}">{}</a>', url, ticket.number)


class NumberSearch(RecordAdmin):
    """Search by a whole number: an index look-up, whatever the size of the table."""

    paginator = CappedPaginator
    ordering = ("-id",)
    number_field = "number"
    ticket_path = "ticket"
    """Where a row's ticket is: what complains of the reader is not in their list."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return unless_recused(actor_of(request), rows, ticket=self.ticket_path)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        number = search_term.strip().upper()
        return (queryset.filter(**{self.number_field: number}) if number else queryset), False


@admin.register(Report)
class ReportAdmin(NumberSearch):
    list_display = (
        "number",
        "excerpt",
        "kind",
        "channel",
        "public_status",
        "ticket",
        "submitted_at",
    )
    list_filter = ("public_status", "kind", "channel")
    list_select_related = ("ticket_report__ticket",)
    search_fields = ("number",)
    search_help_text = _("输入完整的上报编号")
    fields = (
        "number",
        "ticket",
        "kind",
        "channel",
        "words",
        "contact",
        "place",
        "public_status",
        "department_name",
        "promised_at",
        "submitted_at",
        "closed_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return visible_reports(actor_of(request)).select_related(
            "ticket_report__ticket", "resident"
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        report = super().get_object(request, object_id, from_field)
        if report is not None:
            holder = getattr(report, "ticket_report", None)
            shown = holder is None or may_see_contact(actor_of(request), holder.ticket)
            report.contact_shown = shown
        return report

    @admin.display(description=_("工单"))
    def ticket(self, report: Report) -> SafeString | str:
        holder = getattr(report, "ticket_report", None)
        return ticket_anchor(holder.ticket if holder else None)

    @admin.display(description=_("内容"))
    def excerpt(self, report: Report) -> str:
        text = mask_contacts(report.text)
        return Truncator(text).chars(EXCERPT)

    @admin.display(description=_("内容"))
    def words(self, report: Report) -> str:
        return mask_contacts(report.text)

    @admin.display(description=_("联系电话"))
    def contact(self, report: Report) -> str:
        if not getattr(report, "contact_shown", False):
            return str(_("保密事项，不显示"))
        if report.anonymous:
            return str(_("匿名上报，不显示"))
        return mask_phone(contact_of(report)) or str(_("未留"))

    @admin.display(description=_("地址"))
    def place(self, report: Report) -> str:
        return mask_contacts(report.address) or str(_("未填"))


@admin.register(TriageRun)
class TriageRunAdmin(NumberSearch):
    list_display = ("report", "ticket_link", "outcome", "reason", "sureness", "at")
    list_display_links = ("report",)
    list_select_related = ("report", "ticket")
    list_filter = ("model_version",)
    search_fields = ("report__number",)
    search_help_text = _("输入完整的上报编号")
    number_field = "report__number"
    fields = (
        "report",
        "ticket_link",
        "at",
        "outcome",
        "reason",
        "sureness",
        "step_lines",
        "candidate_lines",
        "model_version",
        "duration_ms",
        "error",
    )
    readonly_fields = fields

    @admin.display(description=_("工单"))
    def ticket_link(self, run: TriageRun) -> SafeString | str:
        return ticket_anchor(run.ticket)

    @admin.display(description=_("结论"))
    def outcome(self, run: TriageRun) -> str:
        return str(DECISION_NAMES.get(run.decision, _("已研判")))

    @admin.display(description=_("把握"))
    def sureness(self, run: TriageRun) -> str:
        return f"{run.confidence:.0%}"

    @admin.display(description=_("步骤"))
    def step_lines(self, run: TriageRun) -> str:
        steps = triage_card(run)["steps"]
        return "；".join(f"{step['name']}：{step['reason']}" for step in steps)

    @admin.display(description=_("候选"))
    def candidate_lines(self, run: TriageRun) -> str:
        rows = triage_card(run)["candidates"]
        return "；".join(f"{row.name} {row.confidence}（{row.department}）" for row in rows)


@admin.register(TicketEvent)
class TicketEventAdmin(NumberSearch):
    list_display = ("ticket_link", "seq", "at", "action", "steps", "who", "visibility")
    list_display_links = ("seq",)
    list_select_related = ("ticket", "actor", "department")
    list_filter = ("action", "role", "visibility")
    search_fields = ("ticket__number",)
    search_help_text = _("输入完整的工单编号")
    number_field = "ticket__number"
    fields = (
        "ticket_link",
        "seq",
        "at",
        "who",
        "action",
        "steps",
        "reason",
        "words",
        "visibility",
        "due_before",
        "due_after",
        "request_id",
        "prev_hash",
        "hash",
    )
    readonly_fields = fields

    @admin.display(description=_("工单"))
    def ticket_link(self, event: TicketEvent) -> SafeString | str:
        return ticket_anchor(event.ticket)

    @admin.display(description=_("状态变化"))
    def steps(self, event: TicketEvent) -> str:
        to_label = TicketStatus(event.to_status).label
        if not event.from_status or event.from_status == event.to_status:
            return str(to_label)
        return f"{TicketStatus(event.from_status).label} → {to_label}"

    @admin.display(description=_("经办"))
    def who(self, event: TicketEvent) -> str:
        return who_text(event)

    @admin.display(description=_("原因"))
    def reason(self, event: TicketEvent) -> str:
        return reason_text(event.reason_code) or "—"

    @admin.display(description=_("说明"))
    def words(self, event: TicketEvent) -> str:
        return mask_contacts(event.note) or "—"
