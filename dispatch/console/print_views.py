"""The form 办件单 on the screen, ready for the printer, and as a PDF of one or many."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dispatch.console.people import actor_of
from dispatch.console.photo_cards import photo_cards
from dispatch.console.print_sheet import Sheet, build_sheet
from dispatch.console.ticket_page import read_id
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction
from dispatch.models import Ticket
from dispatch.queries.sheets import MAX_SHEETS, issuer_name, printable_tickets, sheet_rows
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import FontMissingError


def print_url(ids: Iterable[int]) -> str:
    """Return where the forms of these tickets are printed as one PDF."""
    chosen = ",".join(str(pk) for pk in islice(ids, MAX_SHEETS + 1))
    return f"{reverse('ticket-print-many')}?ids={chosen}"


@require_GET
def print_page(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show the form without the console around it."""
    ticket = _tickets(request, [ticket_id])[0]
    sheet = _sheets(request, [ticket])[0]
    _audit(request, [ticket], form="page")
    cards = photo_cards(
        [row.photo for row in sheet.photos],
        ticket_id=ticket.pk,
        originals=False,
        now=timezone.now(),
    )
    context = {
        "sheet": sheet,
        "ticket": ticket,
        "photos": list(zip(cards, sheet.photos, strict=True)),
    }
    return render(request, "admin/print/sheet.html", context)


@require_GET
def print_pdf(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Hand out the form of one ticket as a PDF."""
    tickets = _tickets(request, [ticket_id])
    back = reverse("ticket-print", args=(ticket_id,))
    return _pdf_answer(request, tickets, name=tickets[0].number, back=back)


@require_GET
def print_many(request: HttpRequest) -> HttpResponse:
    """Hand out the forms of up to ``MAX_SHEETS`` tickets (``?ids=1,2``) as one PDF."""
    ids = [read_id(part) for part in request.GET.get("ids", "").split(",")[: MAX_SHEETS + 1]]
    back = reverse("admin:dispatch_ticket_changelist")
    if len(ids) > MAX_SHEETS:
        messages.error(request, _("一次最多打印 %d 件，请减少勾选") % MAX_SHEETS)
        return HttpResponseRedirect(back)
    tickets = _tickets(request, ids)
    name = _("办件单-%(count)d件-%(day)s") % {
        "count": len(tickets),
        "day": timezone.localdate().strftime("%Y%m%d"),
    }
    return _pdf_answer(request, tickets, name=name, back=back)


def _pdf_answer(
    request: HttpRequest, tickets: list[Ticket], *, name: str, back: str
) -> HttpResponse:
    # Here and not above: the typesetter costs every process 7 MB, and few of them ever print.
    from dispatch.console.print_pdf import draw_sheets  # noqa: PLC0415

    try:
        content = draw_sheets(_sheets(request, tickets))
    except FontMissingError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(back)
    _audit(request, tickets, form="pdf")
    response = HttpResponse(content, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=f"{name}.pdf")
    response.headers["Content-Disposition"] = disposition or "inline"
    return response


def _tickets(request: HttpRequest, ids: list[int]) -> list[Ticket]:
    """Return what this person may print of ``ids``; nothing of it does not exist for them."""
    found = printable_tickets(actor_of(request), ids)
    if not found:
        raise Http404(_("没有这张工单，或不在您的权限范围内"))
    return found


def _sheets(request: HttpRequest, tickets: list[Ticket]) -> list[Sheet]:
    now, issuer = timezone.now(), issuer_name()
    return [
        build_sheet(
            sheet_rows(ticket),
            viewer=actor_of(request),
            issuer=issuer,
            printed_by=str(request.user),
            now=now,
        )
        for ticket in tickets
    ]


def _audit(request: HttpRequest, tickets: list[Ticket], *, form: str) -> None:
    """Record who printed what: one line a ticket, so that a ticket's own trail shows it."""
    actor = actor_of(request).user
    address, now = address_of(request), timezone.now()
    for ticket in tickets:
        data = {"form": form, "number": ticket.number}
        record_audit(
            AuditAction.PRINT, actor=actor, now=now, ticket=ticket, data=data, address=address
        )
