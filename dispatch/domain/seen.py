"""Remembering what a person has read. Opening a ticket reads it; a button reads all."""

from __future__ import annotations

from datetime import datetime

from dispatch.domain.actors import Actor
from dispatch.models import Ticket, TicketSeen
from dispatch.queries.tray import MARK_MAX, unread_tickets


def mark_read(ticket: Ticket, *, user_id: int, now: datetime) -> bool:
    """Remember that the person has seen the ticket as it is; False when they had before.

    Opening a ticket a second time writes nothing. Of two pages opened at once the higher version
    stays, whichever commits last.
    """
    known = TicketSeen.objects.filter(user=user_id, ticket=ticket)
    version = known.values_list("version", flat=True).first()
    if version is not None and version >= ticket.version:
        return False
    if version is None:
        _store([TicketSeen(user_id=user_id, ticket=ticket, version=ticket.version, at=now)])
    # Also after an insert that lost against another page's: it may have had an older version.
    known.filter(version__lt=ticket.version).update(version=ticket.version, at=now)
    return True


def mark_all_read(actor: Actor, *, now: datetime) -> int:
    """Mark every ticket in the person's tray as read; return how many there were."""
    if actor.user_id is None:
        return 0
    unread = unread_tickets(actor, actor.user_id).order_by("pk").values_list("pk", "version")
    rows = [
        TicketSeen(user_id=actor.user_id, ticket_id=pk, version=version, at=now)
        for pk, version in unread[:MARK_MAX]
    ]
    if rows:
        TicketSeen.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["user", "ticket"],
            update_fields=["version", "at"],
            batch_size=500,
        )
    return len(rows)


def _store(rows: list[TicketSeen]) -> None:
    TicketSeen.objects.bulk_create(rows, ignore_conflicts=True)
