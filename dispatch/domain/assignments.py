"""Who works on a ticket: rows are ended and added, never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dispatch.enums import AssignmentKind
from dispatch.models import Assignment, Department, Ticket


def end_assignments(ticket: Ticket, *, now: datetime) -> None:
    """End every active piece of the ticket."""
    Assignment.objects.filter(ticket=ticket, ended_at__isnull=True).update(ended_at=now)


def assign_departments(
    ticket: Ticket, *, lead: Department, assisting: Sequence[Department], now: datetime
) -> None:
    """Replace the active pieces by one lead and any number of assisting departments."""
    end_assignments(ticket, now=now)
    rows = [Assignment(ticket=ticket, department=lead, kind=AssignmentKind.LEAD, assigned_at=now)]
    rows += [
        Assignment(
            ticket=ticket, department=department, kind=AssignmentKind.ASSIST, assigned_at=now
        )
        for department in assisting
    ]
    Assignment.objects.bulk_create(rows)
