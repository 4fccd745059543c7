"""Who works on a ticket: rows are ended and added, never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dispatch.enums import AssignmentKind
from dispatch.models import Assignment, Department, Ticket
from xiangcun.lib.rows import insert_row


def end_assignments(ticket: Ticket, *, now: datetime) -> None:
    """End every active piece of the ticket."""
    Assignment.objects.filter(ticket=ticket, ended_at__isnull=True).update(ended_at=now)


def assign_departments(
    ticket: Ticket, *, lead: Department, assisting: Sequence[Department], now: datetime
) -> None:
    """Replace the active pieces by one lead and any number of assisting departments."""
    if ticket.dispatch_count > 1:  # the first dispatch finds none
        end_assignments(ticket, now=now)
    rows = [Assignment(ticket=ticket, department=lead, kind=AssignmentKind.LEAD, assigned_at=now)]
    rows += [
        Assignment(
            ticket=ticket, department=department, kind=AssignmentKind.ASSIST, assigned_at=now
        )
        for department in assisting
    ]
    if len(rows) == 1:
        insert_row(rows[0])
    else:
        Assignment.objects.bulk_create(rows)
