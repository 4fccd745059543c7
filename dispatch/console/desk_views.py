"""The triage desk: a list, a case, and the next one; fragments of HTML behind one small script."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.action_forms import ActionForm
from dispatch.console.desk_case import case_context, desk_rows
from dispatch.console.desk_forms import blank_form, decide, form_context, lost_race, sent_form
from dispatch.console.desk_words import held_text, is_undecided
from dispatch.console.people import DISPATCHES, actor_of, has_role
from dispatch.console.ticket_page import INTERNAL_ACTIONS, read_id, ticket_or_404
from dispatch.console.wording import count_text
from dispatch.domain.claims import claim_ticket, release_claim, take_over_claim
from dispatch.domain.workflow import TRANSITIONS, Transition, find
from dispatch.enums import TicketAction
from dispatch.models import Staff, Ticket, TicketClaim
from dispatch.queries.counting import capped_counts
from dispatch.queries.desk import MOST_ROWS, PAGE, Place, desk_tickets, next_case
from dispatch.queries.tickets import COUNT_CAP, QUEUE_BY_CODE, queue_tickets
from xiangcun.lib.errors import ConflictError, DomainError

_DISPATCH = next(row for row in TRANSITIONS if row.action == TicketAction.DISPATCH)


@require_GET
@never_cache
def desk_page(request: HttpRequest) -> HttpResponse:
    """Show the desk; the script opens ``?case=``, or the case to begin with."""
    staff = _dispatcher(request)
    now = timezone.now()
    wanted = read_id(request.GET.get("case", ""))
    first = wanted or next_case(actor_of(request), staff_id=staff.pk, after=None, now=now)
    context = {
        **admin.site.each_context(request),
        **_list_context(request, after=None, limit=PAGE),
        "title": _("研判台"),
        "first_case": first or 0,
        "form_media": ActionForm(
            required=_DISPATCH.required, optional=_DISPATCH.optional, viewer=actor_of(request)
        ).media,
    }
    return render(request, "admin/desk/page.html", context)


@require_GET
@never_cache
def desk_list(request: HttpRequest) -> HttpResponse:
    """Return further lines of the list, or the ones already shown afresh (``rows``)."""
    _dispatcher(request)
    after = Place.from_text(request.GET.get("after", ""))
    limit = min(max(read_id(request.GET.get("rows", "")), PAGE), MOST_ROWS)
    context = _list_context(request, after=after, limit=PAGE if after else limit)
    html = render_to_string("admin/desk/rows.html", context, request)
    return JsonResponse({"html": html, "waiting": context["waiting"]})


@require_POST
@never_cache
def desk_open(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Claim a case and show it; the one that is left (``leave``) is given up."""
    staff = _dispatcher(request)
    ticket = ticket_or_404(request, ticket_id)
    left = read_id(request.POST.get("leave", ""))
    if left and left != ticket.pk:
        release_claim(left, staff=staff)
    now = timezone.now()
    held = claim_ticket(ticket.pk, staff=staff, now=now) if is_undecided(ticket) else None
    return _case(request, ticket, held)


@require_POST
@never_cache
def desk_beat(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Renew the claim while the case is open; tell what changed under the person's hands."""
    staff = _dispatcher(request)
    ticket = ticket_or_404(request, ticket_id)
    if not is_undecided(ticket):
        return JsonResponse({**lost_race(ticket), "mine": False})
    held = claim_ticket(ticket.pk, staff=staff, now=timezone.now())
    mine = held.staff_id == staff.pk
    said = {"mine": mine, "held": "" if mine else held_text(held), "decided": False}
    return JsonResponse({**said, "version": ticket.version})


@require_POST
@never_cache
def desk_leave(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Give the case up when the page is left."""
    release_claim(ticket_id, staff=_dispatcher(request))
    return JsonResponse({"left": True})


@require_POST
@never_cache
def desk_take(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Let the lead take over what somebody else has open, with a reason."""
    _dispatcher(request)
    ticket = ticket_or_404(request, ticket_id)
    now = timezone.now()
    reason = request.POST.get("reason", "")
    try:
        held = take_over_claim(ticket.pk, actor=actor_of(request), reason=reason, now=now)
    except DomainError as error:
        return JsonResponse({"message": error.message}, status=error.status)
    return _case(request, ticket_or_404(request, ticket_id), held)


@never_cache
def desk_action(request: HttpRequest, ticket_id: int, action: str) -> HttpResponse:
    """Return the form of an action, or perform it and name the next case."""
    _dispatcher(request)
    ticket = ticket_or_404(request, ticket_id)
    transition = find(ticket.status, action)
    if action not in TicketAction.values or action in INTERNAL_ACTIONS:
        raise Http404
    if transition is None:
        return JsonResponse(lost_race(ticket), status=409)
    if request.method == "POST":
        return _decide(request, ticket, transition)
    return _form(request, ticket, transition, blank_form(request, ticket, transition))


def _decide(request: HttpRequest, ticket: Ticket, transition: Transition) -> HttpResponse:
    form = sent_form(request, ticket, transition)
    if not form.is_valid():
        return _form(request, ticket, transition, form, status=400)
    try:
        done = decide(request, ticket, transition, form)
    except ConflictError as error:
        fresh = ticket_or_404(request, ticket.pk)
        if fresh.version == form.cleaned_data["version"] and error.code != "claimed":
            form.refuse(error)
            return _form(request, ticket, transition, form, status=400)
        return JsonResponse(lost_race(fresh, error), status=409)
    except DomainError as error:
        form.refuse(error)
        return _form(request, ticket, transition, form, status=400)
    return _done(request, ticket, done, transition)


def _done(
    request: HttpRequest, before: Ticket, done: Ticket, transition: Transition
) -> HttpResponse:
    """Say what was done and which case is next; one that stays at the desk stays open."""
    staff = _dispatcher(request)
    label = transition.action.label
    message = _("%(number)s：%(label)s成功") % {"number": done.number, "label": label}
    if is_undecided(done):
        return JsonResponse({"message": message, "next": done.pk})
    release_claim(done.pk, staff=staff)
    actor, place = actor_of(request), Place.of(before)
    following = next_case(actor, staff_id=staff.pk, after=place, now=timezone.now())
    return JsonResponse({"message": message, "next": following})


def _form(
    request: HttpRequest,
    ticket: Ticket,
    transition: Transition,
    form: ActionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = form_context(request, ticket, transition, form)
    html = render_to_string("admin/desk/form.html", context, request)
    return JsonResponse({"html": html}, status=status)


def _case(request: HttpRequest, ticket: Ticket, held: TicketClaim | None) -> HttpResponse:
    context = case_context(request, ticket, held, now=timezone.now())
    html = render_to_string("admin/desk/case.html", context, request)
    said = {"html": html, "state": context["state"], "number": ticket.number}
    return JsonResponse({**said, "id": ticket.pk, "version": ticket.version})


def _list_context(request: HttpRequest, *, after: Place | None, limit: int) -> dict[str, Any]:
    now = timezone.now()
    actor = actor_of(request)
    tickets = desk_tickets(actor, after=after, limit=limit + 1)
    shown = tickets[:limit]
    waiting = queue_tickets(actor, QUEUE_BY_CODE["assessing"], now=now)
    return {
        "rows": desk_rows(shown, staff_id=actor.user_id or 0, now=now),
        "more": Place.of(shown[-1]).as_text() if len(tickets) > limit else "",
        "waiting": count_text(capped_counts({"": waiting}, cap=COUNT_CAP)[""], COUNT_CAP),
    }


def _dispatcher(request: HttpRequest) -> Staff:
    user = request.user
    if not isinstance(user, Staff) or not has_role(request, DISPATCHES):
        raise PermissionDenied(_("研判台供指挥室坐席和值班领导使用"))
    return user
