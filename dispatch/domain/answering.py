"""Effects of answering in words: the reply to a letter, the lead's word to who has asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dispatch.domain import clocks, letters
from dispatch.domain.assignments import assign_departments
from dispatch.domain.attempts import Attempt
from dispatch.domain.unit_time import unit_time
from dispatch.enums import LimitStage, Role, TicketStatus, Visibility
from dispatch.enums import TicketAction as Act
from dispatch.models import Department
from reports.enums import ReportKind

Data = dict[str, Any]
_ENDED = frozenset({TicketStatus.AWAITING_RATING, TicketStatus.CLOSED})


def target_of(attempt: Attempt) -> TicketStatus | None:
    """Return where the attempt leads: the lead's own word needs no second person, thanks no rating."""
    return attempt.transition.target_of(
        is_child=attempt.ticket.parent_id is not None,
        by_lead=Role.LEAD in {attempt.seat.role, *attempt.actor.roles},
        is_praise=attempt.ticket.kind == ReportKind.PRAISE,
    )


def visibility_of(attempt: Attempt) -> Visibility:
    """Return who reads the event's line: a reply that nobody has to check is out at once."""
    if attempt.ticket.parent_id:  # a child has no resident who could read along
        return Visibility.INTERNAL
    if attempt.transition.action == Act.REPLY and attempt.ticket.status != TicketStatus.HANDLED:
        return Visibility.REPORTER
    return attempt.transition.visibility


def _reply(attempt: Attempt) -> Data:
    """Keep the answer to a letter; the desk's own is the work of the room it sits in."""
    ticket, now = attempt.ticket, attempt.now
    if ticket.status in _ENDED:  # the lead's word to a resident who has asked for it
        ticket.lead_asked_at = None
        return {}
    spent = {}
    if ticket.lead_department_id is None:
        _take_over(attempt)
    else:
        spent = unit_time(ticket, now=now)
    ticket.outcome = ""
    ticket.result_text = attempt.fields.public_text.strip()
    ticket.handled_at = now
    ticket.finished_by = attempt.actor.user
    ticket.pending_request = None
    target = target_of(attempt)
    if target != TicketStatus.HANDLED:
        ticket.verified_at = now
    if target == TicketStatus.CLOSED:
        ticket.closed_at = now
    on_time = now <= (ticket.due_at or letters.reply_due(ticket))
    return {"on_time": on_time, **spent}


def _take_over(attempt: Attempt) -> None:
    """Make the desk's own room the one that answers, so that a reply sent back has where to go."""
    ticket, now = attempt.ticket, attempt.now
    room = Department.objects.get(pk=attempt.seat.department_id)
    limit = letters.reply_limit(ticket)
    start = letters.clock_start(ticket, now=now)
    clocks.start_clock(ticket, LimitStage.HANDLE, now=start, limit=limit)
    ticket.due_unit, ticket.due_from = limit.unit, now
    ticket.lead_department = room
    ticket.dispatched_at = ticket.signed_at = now
    ticket.queue_reason = ""
    assign_departments(ticket, lead=room, assisting=(), now=now)


def _ask_lead(attempt: Attempt) -> Data:
    """Put the case on the lead's list until it is answered or reopened."""
    attempt.ticket.lead_asked_at = attempt.now
    return {}


ANSWERING_EFFECTS: Mapping[Act, Callable[[Attempt], Data]] = MappingProxyType(
    {Act.REPLY: _reply, Act.ASK_LEAD: _ask_lead}
)
