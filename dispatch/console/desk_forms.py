"""Deciding a case at the desk: the same forms and the same door as the ticket's own page, as fragments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from dispatch.console.action_forms import ActionForm
from dispatch.console.conflict_cards import conflicts_of
from dispatch.console.desk_words import held_text, is_undecided, what_happened
from dispatch.console.people import actor_of
from dispatch.console.prefill import duties_json, initial_for
from dispatch.console.ticket_page import headline
from dispatch.domain.claims import holder_of
from dispatch.domain.lifecycle import perform
from dispatch.domain.workflow import Transition
from dispatch.enums import TicketAction
from dispatch.models import Ticket
from xiangcun.lib.errors import ConflictError


def blank_form(request: HttpRequest, ticket: Ticket, transition: Transition) -> ActionForm:
    """Return the form as it is first shown: filled with what triage and the duties suggest."""
    initial = initial_for(request, ticket, transition.action)
    return ActionForm(initial=initial, **_shape(request, ticket, transition))


def sent_form(request: HttpRequest, ticket: Ticket, transition: Transition) -> ActionForm:
    """Return the form as it was sent."""
    return ActionForm(request.POST, **_shape(request, ticket, transition))


def _shape(request: HttpRequest, ticket: Ticket, transition: Transition) -> dict[str, Any]:
    optional = [name for name in transition.optional if name != "photos"]
    if "conflict_reason" in optional and not conflicts_of(request, ticket).complained:
        optional.remove("conflict_reason")
    return {
        "required": transition.required,
        "optional": optional,
        "viewer": actor_of(request),
        "auto_id": f"desk_{transition.action}_%s",
    }


def decide(
    request: HttpRequest, ticket: Ticket, transition: Transition, form: ActionForm
) -> Ticket:
    """Perform what the valid ``form`` says; raise the domain's refusal.

    A case that somebody else holds is theirs to decide: whose claim ran out while they were away
    reads who has it now instead of deciding beside them.
    """
    now = timezone.now()
    held = holder_of(ticket.pk, now=now)
    if held is not None and held.staff_id != actor_of(request).user_id:
        raise ConflictError("claimed", held_text(held))
    return perform(
        ticket.pk,
        transition.action,
        actor=actor_of(request),
        now=now,
        fields=form.as_fields(),
        expected_version=form.cleaned_data["version"],
    )


def form_context(
    request: HttpRequest, ticket: Ticket, transition: Transition, form: ActionForm
) -> dict[str, Any]:
    """Return what the fragment of the form shows."""
    action = transition.action
    context = {
        **headline(ticket),
        "form": form,
        "action": str(action),
        "label": str(action.label),
        "action_url": reverse("desk-action", args=(ticket.pk, str(action))),
    }
    if action == TicketAction.DISPATCH:
        context["duties"] = duties_json(ticket)
        context["conflict"] = conflicts_of(request, ticket)
    return context


def lost_race(ticket: Ticket, error: ConflictError | None = None) -> dict[str, Any]:
    """Return what the loser of a race reads: who did what when, with the way to the ticket.

    ``decided`` tells whether the case has left the desk or only changed under their hands.
    """
    decided = not is_undecided(ticket)
    happened = what_happened(ticket)
    claimed = error is not None and error.code == "claimed"
    if error is not None and (claimed or error.code != "ticket_changed") and not decided:
        happened = error.message
    return {
        "message": happened,
        "decided": decided,
        "claimed": claimed,
        "number": ticket.number,
        "page_url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
    }
