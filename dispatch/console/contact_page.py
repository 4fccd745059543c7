"""The full telephone number of one report: asked for with a reason, shown once, written down twice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from dispatch.console.contact_links import may_unmask
from dispatch.console.people import OfficeAdmin, actor_of
from dispatch.console.ticket_page import headline, ticket_or_404
from dispatch.domain.audit import record_audit
from dispatch.domain.contacts import MIN_REASON, contact_of
from dispatch.domain.fields import NOTE_MAX, Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import AuditAction, AuditOutcome, TicketAction
from dispatch.models import Ticket
from reports.enums import AccessReason
from reports.models import Report
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import mask_phone

SHOWN_SECONDS = 60
PURPOSES = [choice for choice in AccessReason.choices if choice[0] != AccessReason.INCOMING]


class ReasonForm(forms.Form):
    """Why the number is needed: a word for the resident, a sentence for the auditor."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("查看目的"),
        choices=PURPOSES,
        required=False,
        initial=AccessReason.OTHER,
        help_text=gettext_lazy("居民能在“谁看过我的联系方式”里看到目的、时间和岗位，看不到姓名"),
        widget=UnfoldAdminSelectWidget,
    )
    note = forms.CharField(
        label=gettext_lazy("查看理由"),
        min_length=MIN_REASON,
        max_length=NOTE_MAX,
        help_text=gettext_lazy(
            "例如：回访核实办理情况。理由、时间和您的姓名将记入流转记录和审计记录"
        ),
        error_messages={"required": gettext_lazy("请写明查看联系方式的理由")},
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": NOTE_MAX}),
    )


def contact_page(
    admin: OfficeAdmin, request: HttpRequest, ticket_id: int, report_id: int
) -> HttpResponse:
    """Ask for the reason; with it, show the number in this one answer."""
    ticket = ticket_or_404(request, ticket_id)
    report = Report.objects.select_related("resident").filter(pk=report_id).first()
    if report is None or not ticket.ticket_reports.filter(report=report).exists():
        raise Http404(_("该上报不在这张工单里"))
    if not may_unmask(request, ticket):
        _note_refusal(request, ticket, report, "role_not_allowed")
        raise PermissionDenied(_("您的岗位不能查看该工单上报人的联系方式"))
    if request.method != "POST":
        return _show(admin, request, ticket, report, ReasonForm())
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(admin, request, ticket, report, form, status=400)
    return _unmask(admin, request, ticket, report, form)


@sensitive_variables("phone")
def _unmask(
    admin: OfficeAdmin, request: HttpRequest, ticket: Ticket, report: Report, form: ReasonForm
) -> HttpResponse:
    try:
        perform(
            ticket.pk,
            TicketAction.UNMASK,
            actor=actor_of(request),
            now=timezone.now(),
            fields=Fields(
                note=form.cleaned_data["note"],
                report=report,
                access_reason=AccessReason(form.cleaned_data["purpose"] or AccessReason.OTHER),
            ),
        )
    except DomainError as error:
        _note_refusal(request, ticket, report, error.code)
        form.add_error("note" if error.errors else None, error.message)
        return _show(admin, request, ticket, report, form, status=error.status)
    phone = contact_of(report)
    return _show(admin, request, ticket, report, None, phone=phone)


def _note_refusal(request: HttpRequest, ticket: Ticket, report: Report, code: str) -> None:
    record_audit(
        AuditAction.UNMASK,
        actor=actor_of(request).user,
        now=timezone.now(),
        outcome=AuditOutcome.REFUSED,
        ticket=ticket,
        report=report,
        reason=request.POST.get("note", ""),
        data={"code": code},
    )


@sensitive_variables("phone", "context")
def _show(
    admin: OfficeAdmin,
    request: HttpRequest,
    ticket: Ticket,
    report: Report,
    form: ReasonForm | None,
    *,
    phone: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        **headline(ticket),
        "opts": admin.opts,
        "title": _("查看联系方式 %s") % ticket.number,
        "report": report.number,
        "form": form,
        "phone": phone,
        "masked": "" if ticket.confidential else mask_phone(contact_of(report)),
        "anonymous": report.anonymous,
        "seconds": SHOWN_SECONDS,
        "back_url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
    }
    template = "admin/dispatch/ticket/contact.html"
    response = TemplateResponse(request, template, context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
