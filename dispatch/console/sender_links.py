"""Where the page of a ticket leads to restricting the sender of a report, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse

from dispatch.console.people import has_role
from dispatch.console.ticket_cards import ReportCard
from dispatch.domain.restricting import RESTRICTS
from dispatch.models import Ticket, TicketReport
from reports.domain.blocks import known_senders


def with_block_links(
    request: HttpRequest,
    ticket: Ticket,
    rows: Iterable[TicketReport],
    cards: Iterable[ReportCard],
) -> list[ReportCard]:
    """Add to each card where its sender is restricted, for who may do that."""
    if not has_role(request, RESTRICTS):
        return list(cards)
    return [
        replace(card, block_url=reverse("sender-block", args=(ticket.pk, row.report_id)))
        if known_senders(row.report)
        else card
        for row, card in zip(rows, cards, strict=True)
    ]
