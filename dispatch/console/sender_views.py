"""限制名单: who may not send for a while, why and until when; nobody's name stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of, has_role
from dispatch.console.sender_forms import NetworkForm, SenderForm
from dispatch.console.ticket_page import headline, ticket_or_404
from dispatch.console.wording import moment_text
from dispatch.domain.restricting import (
    READS_RESTRICTIONS,
    RESTRICTS,
    lift_restriction,
    restrict_network,
    restrict_sender,
)
from dispatch.models import Ticket
from reports.domain.blocks import known_senders
from reports.models import Report, SenderBlock
from reports.queries.blocks import listed_blocks
from xiangcun.lib.errors import DomainError

PAGE_SIZE = 50


def blocks_page(request: HttpRequest) -> HttpResponse:
    """List the restrictions that stand, or with ``?ended=1`` those that are over."""
    if not has_role(request, READS_RESTRICTIONS):
        raise PermissionDenied(_("限制名单供值班领导和审计员查看"))
    ended, before, now = request.GET.get("ended") == "1", key_of(request), timezone.now()
    found = listed_blocks(ended=ended, before=before, size=PAGE_SIZE, now=now)
    shown = found[:PAGE_SIZE]
    context = {
        **admin.site.each_context(request),
        "title": _("限制名单"),
        "rows": [_line(row) for row in shown],
        "ended": ended,
        "may_change": has_role(request, RESTRICTS),
        "next_before": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "first_page": before is None,
    }
    return render(request, "admin/senders/list.html", context)


def block_page(request: HttpRequest, ticket_id: int, report_id: int) -> HttpResponse:
    """Ask for reason and time, and restrict the sender of one report of the ticket."""
    _require_lead(request)
    ticket = ticket_or_404(request, ticket_id)
    rows = Report.objects.filter(pk=report_id, ticket_report__ticket=ticket)
    report = rows.first()
    if report is None:
        raise Http404(_("该上报不在这张工单里"))
    form = SenderForm(request.POST or None, known=known_senders(report))
    back = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _tried(
            form,
            lambda: restrict_sender(
                ticket,
                report,
                given["kinds"],
                actor=actor_of(request),
                now=timezone.now(),
                **form.why,
            ),
        ):
            messages.success(request, _("已限制，到期自动解除；可在限制名单中提前解除"))
            return redirect(back)
    extra = {**_about(ticket, report), "back_url": back}
    return _form_page(request, form, "admin/senders/block.html", extra)


def network_page(request: HttpRequest) -> HttpResponse:
    """Restrict a network from which the platform is flooded."""
    _require_lead(request)
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        network = form.cleaned_data["network"]
        if _tried(
            form,
            lambda: restrict_network(
                network, actor=actor_of(request), now=timezone.now(), **form.why
            ),
        ):
            messages.success(request, _("已限制该网段，到期自动解除"))
            return redirect("sender-blocks")
    extra = {"title": _("限制网段"), "back_url": reverse("sender-blocks")}
    return _form_page(request, form, "admin/senders/network.html", extra)


@require_POST
def block_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a restriction before its time."""
    _require_lead(request)
    try:
        note = request.POST.get("note", "")
        lift_restriction(pk, note=note, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已解除限制"))
    return redirect("sender-blocks")


def _require_lead(request: HttpRequest) -> None:
    if not has_role(request, RESTRICTS):
        raise PermissionDenied(_("只有值班领导可以限制上报或解除限制"))


def _tried(form: SenderForm | NetworkForm, step: Callable[[], object]) -> bool:
    """Carry ``step`` out; a refusal is shown in the form."""
    try:
        step()
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _form_page(
    request: HttpRequest, form: SenderForm | NetworkForm, template: str, extra: dict[str, Any]
) -> HttpResponse:
    context = {**admin.site.each_context(request), "form": form, **extra}
    return render(request, template, context, status=400 if form.errors else 200)


def _about(ticket: Ticket, report: Report) -> dict[str, Any]:
    return {
        **headline(ticket),
        "title": _("限制上报人 %s") % report.number,
        "report": report.number,
        "anonymous": report.anonymous,
    }


def _line(row: SenderBlock) -> dict[str, Any]:
    """Show what is restricted and why; of a person nothing but that it is one."""
    return {
        "pk": row.pk,
        "kind": row.get_kind_display(),
        "network": row.value if row.kind == "network" else "",
        "reason": row.get_reason_display(),
        "note": row.note,
        "report": row.report.number if row.report else "",
        "since": moment_text(row.starts_at),
        "until": moment_text(row.until),
        "lifted": moment_text(row.lifted_at) if row.lifted_at else "",
        "lifted_note": row.lifted_note,
    }
