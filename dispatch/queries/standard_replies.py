"""Which standard replies fit a ticket's action."""

from __future__ import annotations

from django.db.models import F, Q

from dispatch.models import StandardReply, Ticket

MAX_OFFERED = 40


def replies_for(ticket: Ticket | None, action: str) -> list[StandardReply]:
    """Return the active replies of ``action``, those of the ticket's category first; one query."""
    fits = Q(category__isnull=True)
    if ticket is not None and ticket.category is not None:
        fits |= Q(category=ticket.category_id) | Q(category=ticket.category.parent_id)
    rows = StandardReply.objects.filter(fits, action=action, is_active=True)
    return list(rows.order_by(F("category").desc(nulls_last=True), "order", "id")[:MAX_OFFERED])
