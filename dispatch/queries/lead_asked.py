"""Whether a resident has asked the lead to look at a case that cannot be reopened any more."""

from __future__ import annotations

from dispatch.enums import TicketAction
from dispatch.models import Ticket, TicketEvent


def lead_asked(ticket: Ticket) -> bool:
    """Whether the lead was asked since the last result, answered or not (one query of one row)."""
    since = ticket.verified_at or ticket.closed_at
    lines = TicketEvent.objects.filter(ticket=ticket, action=TicketAction.ASK_LEAD)
    if since is not None:
        lines = lines.filter(at__gte=since)
    return lines.exists()


def lead_question(ticket: Ticket) -> TicketEvent | None:
    """Return the line in which the resident asked, while the lead has not answered."""
    if ticket.lead_asked_at is None:
        return None
    lines = TicketEvent.objects.filter(ticket=ticket, action=TicketAction.ASK_LEAD)
    return lines.order_by("-seq").first()
