"""Yellow and red cards: when a ticket gets one, and when time has to look at it next.

Yellow: a quarter of its span is left, or one working day where a quarter would be more (domain.md §1
of the field's facts says "≤25 % or 1 WD"; a four-hour limit must not be born yellow). Red: overdue;
red again, for the lead, after as much time once more. Natural time for P0 and P1. A card falls with
its deadline or its state: whoever moves either gets a clean sheet.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from dispatch.domain import clocks
from dispatch.enums import Card, LimitUnit, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from reports.enums import Urgency

CARDED = frozenset({TicketStatus.DISPATCHED, TicketStatus.HANDLING})
HEAD_LEVEL, LEAD_LEVEL = 1, 2
_QUARTER = 4
_NATURAL_DAY = 24 * 60
_SHORTEST_SPAN = 15
_ROUND_THE_CLOCK = frozenset({Urgency.P0, Urgency.P1})


def reset(ticket: Ticket, *, now: datetime) -> None:
    """Take the card away and note when time has to look at the ticket next (``None``: never)."""
    ticket.card, ticket.card_level = "", 0
    ticket.wake_at = None
    if ticket.status == TicketStatus.SUSPENDED:
        ticket.wake_at = review_opens(ticket)
    elif ticket.status in CARDED and ticket.next_due_at is not None:
        ticket.wake_at = _yellow_at(ticket, ticket.next_due_at, now=now)


def retime(ticket: Ticket, *, now: datetime) -> None:
    """Follow a deadline that moved. Overdue as before: the red card stays, and nobody is told twice."""
    due = ticket.next_due_at
    if ticket.card != Card.RED or due is None or due > now:
        reset(ticket, now=now)
    else:
        ticket.wake_at = _lead_at(ticket, due)


def review_opens(ticket: Ticket) -> datetime | None:
    """Return the first moment of the day on which a suspension is to be looked at again."""
    if ticket.review_at is None:
        return None
    return datetime.combine(ticket.review_at, time.min, tzinfo=work_calendar().tz)


def due_action(ticket: Ticket, *, now: datetime) -> Act | None:
    """Return what time has to do to the ticket now, ``None`` for nothing (yet, or any more)."""
    if ticket.wake_at is None or ticket.wake_at > now:
        return None
    if ticket.status == TicketStatus.SUSPENDED:
        return Act.REVIEW_SUSPENSION
    if ticket.status not in CARDED or ticket.next_due_at is None:
        return None
    if now >= ticket.next_due_at:
        return Act.RED_CARD if ticket.card_level < LEAD_LEVEL else None
    return None if ticket.card else Act.YELLOW_CARD


def show_yellow(ticket: Ticket) -> None:
    """Give the yellow card; the next look is at the deadline."""
    ticket.card = Card.YELLOW
    ticket.wake_at = ticket.next_due_at


def show_red(ticket: Ticket) -> int:
    """Give the red card and return its level: 1 is for the head, 2 for the lead."""
    ticket.card = Card.RED
    ticket.card_level += 1
    due = ticket.next_due_at
    ticket.wake_at = _lead_at(ticket, due) if due is not None else None
    return ticket.card_level


def _lead_at(ticket: Ticket, due: datetime) -> datetime | None:
    """Return when red is shown to the lead, too; ``None`` once it was."""
    if ticket.card_level >= LEAD_LEVEL:
        return None
    return clocks.after(due, max(_margin(ticket, due), _SHORTEST_SPAN), _unit(ticket, due))


def _unit(ticket: Ticket, due: datetime) -> str:
    """Return how the span up to ``due`` is counted; the limit to sign has no unit of its own."""
    if due == ticket.due_at:
        return ticket.due_unit
    return LimitUnit.NATURAL if ticket.urgency in _ROUND_THE_CLOCK else LimitUnit.WORK


def _span(ticket: Ticket, due: datetime) -> int:
    start = ticket.due_from or ticket.dispatched_at or ticket.status_since
    return max(clocks.minutes_between(start, due, _unit(ticket, due)), 0)


def _margin(ticket: Ticket, due: datetime) -> int:
    """Return how many minutes before ``due`` yellow begins."""
    natural = _unit(ticket, due) == LimitUnit.NATURAL
    day = _NATURAL_DAY if natural else work_calendar().minutes_per_day
    return min(_span(ticket, due) // _QUARTER, day)


def _yellow_at(ticket: Ticket, due: datetime, *, now: datetime) -> datetime:
    """Return when yellow begins, counted forward from the start: working time has no way back."""
    if due <= now:
        return due
    span, unit = _span(ticket, due), _unit(ticket, due)
    if unit == LimitUnit.NATURAL:
        return due - timedelta(minutes=_margin(ticket, due))
    start = ticket.due_from or ticket.dispatched_at or ticket.status_since
    return min(clocks.after(start, span - _margin(ticket, due), unit), due)
