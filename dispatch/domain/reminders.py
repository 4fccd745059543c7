"""The command room urges a unit: a note in the ledger, and a message to the unit, or neither."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.notifications import notify_department
from dispatch.enums import NotificationKind, TicketAction
from dispatch.models import Ticket


def remind_department(
    ticket_id: int, *, fields: Fields, actor: Actor, now: datetime, expected_version: int
) -> Ticket:
    """Write the note and tell the lead department; raises what ``perform`` raises."""
    with transaction.atomic():
        ticket = perform(
            ticket_id,
            TicketAction.NOTE,
            actor=actor,
            now=now,
            fields=fields,
            expected_version=expected_version,
        )
        if ticket.lead_department_id is not None:
            notify_department(
                NotificationKind.TASK,
                department_id=ticket.lead_department_id,
                ticket=ticket,
                text=fields.note,
                now=now,
                key=f"remind:{ticket.pk}:{ticket.version}",
            )
    return ticket
