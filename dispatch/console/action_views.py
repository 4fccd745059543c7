"""Pressing a button: the form, the one door, and back to the page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.action_forms import ActionForm
from dispatch.console.after_photos import warning_after_finish
from dispatch.console.candidates import candidate_links
from dispatch.console.child_cards import task_of
from dispatch.console.conflict_cards import conflicts_of
from dispatch.console.highlight import highlight
from dispatch.console.people import OfficeAdmin, actor_of
from dispatch.console.prefill import duties_json, initial_for, wording_of
from dispatch.console.reply_admin import picker
from dispatch.console.ticket_cards import (
    Look,
    clocks_of,
    event_line,
    ticket_facts,
)
from dispatch.console.ticket_page import (
    INTERNAL_ACTIONS,
    buttons,
    headline,
    marks_by_report,
    nearby_link,
    page_context,
    read_by,
    read_id,
    ticket_or_404,
    triage_cards,
    waiting_for,
)
from dispatch.domain.audit import record_audit
from dispatch.domain.lifecycle import perform
from dispatch.domain.referrals import REFERRALS
from dispatch.domain.workflow import Transition, find
from dispatch.enums import AuditAction, TicketAction
from dispatch.models import Ticket
from dispatch.queries import tickets as reads
from dispatch.queries.access import may_see_originals
from reports.domain.photos import store_photo
from reports.models import Photo
from reports.queries.photo_links import ORIGINAL, photo_url
from xiangcun.lib.errors import ConflictError, DomainError, FieldError, InvalidInputError
from xiangcun.lib.text import mask_contacts


def ticket_page(admin: OfficeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show the ticket."""
    ticket, now = ticket_or_404(request, read_id(object_id)), timezone.now()
    read_by(request, ticket, now=now)
    context = {
        **admin.admin_site.each_context(request),
        **page_context(request, ticket, now=now),
        "opts": admin.opts,
    }
    return TemplateResponse(request, "admin/dispatch/ticket/page.html", context)


def action_page(
    admin: OfficeAdmin, request: HttpRequest, ticket_id: int, action: str
) -> HttpResponse:
    """Show the form of an action, and perform it."""
    ticket = ticket_or_404(request, ticket_id)
    transition = find(ticket.status, action)
    if transition is None or transition.action in INTERNAL_ACTIONS:
        return _too_late(admin, request, ticket, action)
    if request.method == "POST":
        return _press(admin, request, ticket, transition)
    allowed = {row["action"] for row in buttons(request, ticket, now=timezone.now())}
    if action not in allowed:
        messages.error(request, _("您现在不能对该工单进行“%s”") % transition.action.label)
        return HttpResponseRedirect(_page_url(ticket))
    form = ActionForm(
        initial=initial_for(request, ticket, transition.action),
        **_shape(request, ticket, transition),
    )
    return _show(admin, request, ticket, transition, form)


def original_page(request: HttpRequest, ticket_id: int, photo_id: uuid.UUID) -> HttpResponse:
    """Hand out a short-lived link to the original, to whom it may concern."""
    ticket = ticket_or_404(request, ticket_id)
    actor = actor_of(request)
    allowed = may_see_originals(actor, ticket) and reads.photo_belongs(ticket, photo_id)
    if not allowed or reads.is_anonymous_photo(photo_id):
        return HttpResponse(
            _("没有查看原图的权限"), status=403, content_type="text/plain; charset=utf-8"
        )
    record_audit(
        AuditAction.ORIGINAL_PHOTO,
        actor=actor.user,
        now=timezone.now(),
        ticket=ticket,
        data={"photo": str(photo_id)},
    )
    url = photo_url(Photo.objects.get(pk=photo_id), ORIGINAL, now=timezone.now())
    return HttpResponseRedirect(url or _page_url(ticket))


def _press(
    admin: OfficeAdmin, request: HttpRequest, ticket: Ticket, transition: Transition
) -> HttpResponse:
    form = ActionForm(request.POST, request.FILES, **_shape(request, ticket, transition))
    if not form.is_valid():
        return _show(admin, request, ticket, transition, form, status=400)
    photos = list(form.cleaned_data["kept_photos"])
    try:
        photos += _store(form.cleaned_data.get("photos") or [])
        done = perform(
            ticket.pk,
            transition.action,
            actor=actor_of(request),
            now=timezone.now(),
            fields=form.as_fields(photos),
            expected_version=form.cleaned_data["version"],
        )
    except DomainError as error:
        form.keep_photos(photos)
        form.refuse(error)
        stale = isinstance(error, ConflictError)
        return _show(admin, request, ticket, transition, form, status=error.status, stale=stale)
    label = transition.action.label
    messages.success(
        request, _("%(number)s：%(label)s成功") % {"number": done.number, "label": label}
    )
    if transition.action == TicketAction.FINISH and photos:
        warning = warning_after_finish(done, photos)
        if warning:
            messages.warning(request, warning)
    return HttpResponseRedirect(_page_url(done))


def _store(files: list[Any]) -> list[uuid.UUID]:
    """Store uploaded photos; a file that is no photo names itself in the refusal."""
    stored: list[uuid.UUID] = []
    for file in files:
        try:
            photo, _new = store_photo(file, resident=None, now=timezone.now())
        except DomainError as error:
            message = f"{file.name}：{error.message}"
            raise InvalidInputError(
                error.code, message, errors=(FieldError("photos", error.code, message),)
            ) from error
        stored.append(photo.pk)
    return stored


def _too_late(
    admin: OfficeAdmin, request: HttpRequest, ticket: Ticket, action: str
) -> HttpResponse:
    """Say what happened to a ticket that can no longer be acted on so."""
    known = action in TicketAction.values and action not in INTERNAL_ACTIONS
    label = TicketAction(action).label if known else _("执行该操作")
    message = _("工单当前为“%(status)s”，不能%(label)s。") % {
        "status": ticket.get_status_display(),
        "label": label,
    }
    context = {
        **_base(admin, request, ticket, label=str(label)),
        "refusal": message,
        "stale": True,
        "form": None,
    }
    status = 409 if known else 404
    return TemplateResponse(request, "admin/dispatch/ticket/action.html", context, status=status)


def _show(
    admin: OfficeAdmin,
    request: HttpRequest,
    ticket: Ticket,
    transition: Transition,
    form: ActionForm,
    *,
    status: int = 200,
    stale: bool = False,
) -> HttpResponse:
    if stale:
        ticket = ticket_or_404(request, ticket.pk)
    action = transition.action
    context = {
        **_base(admin, request, ticket, label=str(action.label)),
        "action": str(action),
        "form": form,
        "stale": stale,
        "is_multipart": "photos" in form.fields,
        "replies": picker(ticket, action),
    }
    if action == TicketAction.DISPATCH:
        context["duties"] = duties_json(ticket)
        context["conflict"] = conflicts_of(request, ticket)
    if action == TicketAction.SPLIT:
        context["conflict"] = conflicts_of(request, ticket)
    if action == TicketAction.REJECT:
        context["referrals"] = {str(reason): text for reason, text in REFERRALS.items()}
    if action == TicketAction.MERGE:
        near = reads.nearby_tickets(actor_of(request), ticket)
        context["nearby"] = [nearby_link(row) for row in near]
    return TemplateResponse(request, "admin/dispatch/ticket/action.html", context, status=status)


def _base(
    admin: OfficeAdmin, request: HttpRequest, ticket: Ticket, *, label: str
) -> dict[str, Any]:
    """Return what every state of the action page shows: the case in short, and its last step."""
    now = timezone.now()
    rows = reads.reports_of(ticket)
    runs = reads.triage_runs_of(ticket) if actor_of(request).is_command_room else []
    latest = reads.last_event(ticket)
    site = (ticket.lat, ticket.lng)
    look = Look(contact=False, originals=False, now=now, site=site, letter=ticket.is_letter)
    actions, marks = buttons(request, ticket, now=now), marks_by_report(runs)
    return {
        **admin.admin_site.each_context(request),
        **headline(ticket),
        "opts": admin.opts,
        "title": f"{label} {ticket.number}",
        "label": label,
        "back_url": _page_url(ticket),
        "facts": ticket_facts(ticket),
        "clocks": clocks_of(ticket, now=now),
        **waiting_for(ticket, now=now),
        "texts": [task_of(ticket)]
        if ticket.parent_id is not None
        else [
            highlight(mask_contacts(row.report.text), marks.get(row.report_id, ()))
            for row in rows[:3]
        ],
        "candidates": candidate_links(runs, actions),
        "triage": triage_cards(request, runs[:1]),
        "latest": event_line(latest, reads.department_names(), look) if latest else None,
    }


def _shape(request: HttpRequest, ticket: Ticket, transition: Transition) -> dict[str, Any]:
    """Return what the form asks: for a reason to disregard a conflict where there is one."""
    optional = transition.optional
    if "conflict_reason" in optional and not conflicts_of(request, ticket).complained:
        optional = tuple(name for name in optional if name != "conflict_reason")
    return {
        "required": transition.required,
        "optional": optional,
        "viewer": actor_of(request),
        **wording_of(ticket, transition.action),
    }


def _page_url(ticket: Ticket) -> str:
    return reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
