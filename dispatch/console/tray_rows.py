"""The tray's cards: one ticket, what happened last, how long is left, and the button of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.mention_marks import mark_mentions
from dispatch.console.people import actor_of
from dispatch.console.ticket_page import ticket_link
from dispatch.console.wording import count_text, due_text, moment_text, urgency_text, who_text
from dispatch.domain.workflow import find
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import NoteMention, Ticket, TicketEvent
from dispatch.queries.tickets import COUNT_CAP
from dispatch.queries.tray import TABS, Tab, latest_events
from xiangcun.lib.text import mask_contacts

# What a department does next; signing takes one tap, finishing wants its form.
_NEXT = {
    TicketStatus.DISPATCHED: TicketAction.ACCEPT,
    TicketStatus.HANDLING: TicketAction.FINISH,
}


def next_action(ticket: Ticket) -> TicketAction | None:
    """Return what its department does next with the ticket."""
    action = _NEXT.get(TicketStatus(ticket.status))
    return TicketAction.REPLY if action == TicketAction.FINISH and ticket.is_letter else action


def tabs_of(counts: dict[str, int], *, active: Tab, shown: frozenset[str]) -> list[dict[str, Any]]:
    """Return the tabs with their counts, for the template."""
    base = reverse("tray")
    return [
        {
            "code": tab.code,
            "label": tab.label,
            "count": count_text(counts.get(tab.code, 0), COUNT_CAP),
            "url": f"{base}?tab={tab.code}",
            "active": tab == active,
            "alarm": tab.code == "soon" and counts.get(tab.code, 0) > 0,
        }
        for tab in TABS
        if tab.code in shown
    ]


def cards_of(request: HttpRequest, tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """Return the cards of tickets that carry ``is_unread``; one query for all of them."""
    latest, now = latest_events(list(tickets)), timezone.now()
    return [_card(request, ticket, latest.get(ticket.pk), now=now) for ticket in tickets]


def _card(
    request: HttpRequest, ticket: Ticket, latest: TicketEvent | None, *, now: datetime
) -> dict[str, Any]:
    due = ticket.next_due_at
    return {
        **ticket_link(ticket),
        "version": ticket.version,
        "unread": bool(getattr(ticket, "is_unread", False)),
        "urgent": ticket.urgency in {"P0", "P1"},
        "urgency": urgency_text(ticket.urgency),
        "supervised": ticket.supervised_at is not None,
        "category": ticket.category.name if ticket.category else _("未定"),
        "place": ticket.grid.name if ticket.grid else _("未定位"),
        "due": due_text(due, now=now) if due else _("暂停计时") if ticket.paused_at else "",
        "due_at": moment_text(due),
        "late": due is not None and due < now,
        "latest": _latest_text(latest),
        "next": _next_step(request, ticket),
    }


def _latest_text(event: TicketEvent | None) -> str:
    if event is None:
        return ""
    what = TicketAction(event.action).label
    return f"{moment_text(event.at)[5:]} {who_text(event)} {what}"


def _next_step(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """Return the button of the ticket's state, if the person's seat may press it."""
    action = next_action(ticket)
    row = find(ticket.status, action) if action else None
    if action is None or row is None or actor_of(request).seat_for(ticket, row.roles) is None:
        return None
    return {
        "label": str(action.label),
        "url": reverse("admin:dispatch_ticket_action", args=(ticket.pk, str(action))),
        "at_once": action == TicketAction.ACCEPT,
    }


def mention_line(mention: NoteMention) -> dict[str, Any]:
    """Return a note that names the person, as a line of the list."""
    return {
        **ticket_link(mention.ticket),
        "pk": mention.pk,
        "unread": bool(getattr(mention, "is_unread", False)),
        "who": who_text(mention.event),
        "at": moment_text(mention.at),
        "note": mark_mentions(mask_contacts(mention.event.note), mention.event.data),
    }
