"""Children 子工单: one more department's piece of a matter, with a number and a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dispatch.domain.attempts import Attempt
from dispatch.domain.clocks import cap_clock
from dispatch.domain.fields import Fields
from dispatch.domain.numbers import new_ticket_number, ticket_title
from dispatch.enums import LimitStage, TicketStatus
from dispatch.models import Department, Ticket
from reports.enums import Urgency


def plan_children(attempt: Attempt) -> dict[str, Any]:
    """Count the children to come and give them numbers: what the parent's ledger keeps."""
    ticket, fields = attempt.ticket, attempt.fields
    ticket.child_count += len(fields.departments)
    return {
        "children": [new_ticket_number(attempt.now) for _ in fields.departments],
        "departments": [department.pk for department in fields.departments],
        **_reason(fields),
    }


def new_children(attempt: Attempt, numbers: list[str]) -> Iterator[tuple[Ticket, Fields]]:
    """Yield every child, not stored yet, with what dispatches it."""
    ticket, fields = attempt.ticket, attempt.fields
    for number, department in zip(numbers, fields.departments, strict=True):
        yield _child(ticket, fields, number, now=attempt.now), _dispatch(ticket, fields, department)


def cap_by_parent(ticket: Ticket) -> None:
    """Keep a child's deadlines within its parent's; nothing for any other ticket."""
    parent = ticket.parent
    if parent is None:
        return
    if parent.due_at is not None and cap_clock(ticket, LimitStage.HANDLE, latest=parent.due_at):
        ticket.due_unit = parent.due_unit
    if ticket.due_at is not None:
        cap_clock(ticket, LimitStage.SIGN, latest=ticket.due_at)


def _child(parent: Ticket, fields: Fields, number: str, *, now: datetime) -> Ticket:
    return Ticket(
        number=number,
        parent=parent,
        status=TicketStatus.ASSESSING,
        version=1,
        title=ticket_title(fields.task),
        category=fields.category or parent.category,
        urgency=parent.urgency,
        hazard=parent.hazard,
        grid=parent.grid,
        lat=parent.lat,
        lng=parent.lng,
        confidential=parent.confidential,
        report_count=0,
        opened_at=now,
        status_since=now,
    )


def _dispatch(parent: Ticket, fields: Fields, department: Department) -> Fields:
    return Fields(
        category=fields.category or parent.category,
        urgency=Urgency(parent.urgency),
        lead_department=department,
        promised_due=fields.promised_due,
        conflict_reason=fields.conflict_reason,
        note=fields.task,
    )


def _reason(fields: Fields) -> dict[str, str]:
    reason = fields.conflict_reason.strip()
    return {"conflict_reason": reason} if reason else {}
