"""What time alone does to tickets, through the same door as everybody else.

Each timer is idempotent: a ticket that has moved on since it was picked refuses, and that is fine.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from dispatch.domain import cards
from dispatch.domain.actors import SYSTEM
from dispatch.domain.guards import RATING_DAYS, RETURN_WORKDAYS
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from xiangcun.lib.errors import DomainError

logger = logging.getLogger(__name__)

BATCH = 500
INFO_DAYS = 3


@dataclass(frozen=True, slots=True)
class Timer:
    """After ``days`` natural days in ``status``, ``action`` happens."""

    status: TicketStatus
    action: TicketAction
    days: int


TIMERS = (
    Timer(TicketStatus.NEED_INFO, TicketAction.EXPIRE_INFO, INFO_DAYS),
    Timer(TicketStatus.AWAITING_RATING, TicketAction.CLOSE_UNRATED, RATING_DAYS),
    Timer(TicketStatus.CLOSED, TicketAction.ARCHIVE, 30),
)


def run_timers(*, now: datetime) -> int:
    """Perform what is due, at most ``BATCH`` tickets a timer; return how many moved."""
    moved = sum(
        _fire(
            Ticket.objects.filter(
                status=timer.status, status_since__lte=now - timedelta(days=timer.days)
            ),
            timer.action,
            now,
        )
        for timer in TIMERS
    )
    return moved + _accept_lapsed(now)


def deal_cards(*, now: datetime) -> int:
    """Give cards and call for the review of suspensions, at most ``BATCH`` tickets; return how many.

    ``wake_at`` is indexed and moves on with every card, so a run reads what is due and nothing else.
    """
    due = Ticket.objects.filter(wake_at__lte=now).order_by("wake_at")[:BATCH]
    return sum(_wake(ticket, now) for ticket in due)


def watch_unwatched(*, now: datetime) -> int:
    """Give tickets that an older release had left without a next look their own; return how many.

    Guarded by the version: whoever moves meanwhile has set it by that.
    """
    rows = Ticket.objects.filter(
        status__in=[*cards.CARDED, TicketStatus.SUSPENDED], wake_at=None, card=""
    )
    watched = 0
    for ticket in rows.order_by("pk").iterator(chunk_size=BATCH):
        cards.reset(ticket, now=now)
        same = Ticket.objects.filter(pk=ticket.pk, version=ticket.version)
        watched += same.update(wake_at=ticket.wake_at) if ticket.wake_at else 0
    return watched


def _wake(ticket: Ticket, now: datetime) -> int:
    action = cards.due_action(ticket, now=now)
    if action is not None:
        return _perform(ticket.pk, action, now)
    # Nothing to do, and never will be: it must not stand first in every batch to come.
    Ticket.objects.filter(pk=ticket.pk, version=ticket.version).update(wake_at=None)
    return 0


def _accept_lapsed(now: datetime) -> int:
    """Accept for a department that let the return window pass (no ticket hangs unsigned for ever)."""
    calendar = work_calendar()
    waiting = Ticket.objects.filter(
        status=TicketStatus.DISPATCHED, status_since__lte=now - timedelta(days=RETURN_WORKDAYS)
    ).order_by("status_since")[:BATCH]
    return sum(
        _perform(ticket.pk, TicketAction.ACCEPT, now)
        for ticket in waiting
        if ticket.dispatched_at is not None
        and now > calendar.add_workdays(ticket.dispatched_at, RETURN_WORKDAYS)
    )


def _fire(tickets: QuerySet[Ticket], action: TicketAction, now: datetime) -> int:
    ids = list(tickets.order_by("status_since").values_list("pk", flat=True)[:BATCH])
    return sum(_perform(ticket_id, action, now) for ticket_id in ids)


def _perform(ticket_id: int, action: TicketAction, now: datetime) -> int:
    try:
        perform(ticket_id, action, actor=SYSTEM, now=now)
    except DomainError:
        logger.info("timer_skipped ticket=%s action=%s", ticket_id, action)
        return 0
    return 1
