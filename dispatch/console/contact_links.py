"""Where the page of a ticket leads to a report's full telephone number, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from dispatch.console.people import actor_of
from dispatch.console.ticket_cards import ReportCard
from dispatch.domain.contacts import contact_of
from dispatch.domain.lifecycle import available_actions
from dispatch.enums import TicketAction
from dispatch.models import Ticket, TicketReport


def may_unmask(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether this person may ask for a number of the ticket now, as the state table says."""
    rows = available_actions(ticket, actor_of(request), now=timezone.now())
    return any(row.action == TicketAction.UNMASK for row in rows)


def with_contact_links(
    request: HttpRequest,
    ticket: Ticket,
    rows: Iterable[TicketReport],
    cards: Iterable[ReportCard],
) -> list[ReportCard]:
    """Add to each card where the full number is asked for, where there is one to be shown."""
    if not may_unmask(request, ticket):
        return list(cards)
    return [
        replace(card, contact_url=contact_url(ticket.pk, row.report_id))
        if contact_of(row.report)
        else card
        for row, card in zip(rows, cards, strict=True)
    ]


def contact_url(ticket_id: int, report_id: int) -> str:
    """Return the page on which the number is asked for."""
    return reverse("admin:dispatch_ticket_contact", args=(ticket_id, report_id))
