"""Whether a resident has asked the lead to look at a case that cannot be reopened any more."""

from __future__ import annotations

from dispatch.enums import TicketAction
from dispatch.models import Ticket, TicketEvent

_BOTH = (TicketAction.ASK_LEAD, TicketAction.REPLY)


def lead_asked(ticket: Ticket, *, unanswered: bool = False) -> bool:
    """Whether the lead was asked since the last result; ``unanswered``: and has not replied yet.

    One query of one row; the line of the latest asking or answering tells.
    """
    since = ticket.verified_at or ticket.closed_at
    lines = TicketEvent.objects.filter(ticket=ticket, action__in=_BOTH)
    if since is not None:
        lines = lines.filter(at__gte=since)
    if not unanswered:
        return lines.filter(action=TicketAction.ASK_LEAD).exists()
    latest = lines.order_by("-seq").values_list("action", flat=True).first()
    return latest == TicketAction.ASK_LEAD
