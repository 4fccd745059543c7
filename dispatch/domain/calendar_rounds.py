"""After a change of the calendar: the open due dates, in batches, through the one door.

Two rounds. The first begins at once. Another process may compute with its copy of the calendar for
``FRESH_SECONDS`` more, so a second round looks again once no copy can be old. Both are idempotent: a
due date that is right already is refused by the guard. ``CalendarChange.cursor`` is where a round
stands, so that whoever comes after a killed worker goes on from there.
"""

from __future__ import annotations

import logging
import time as clock
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dispatch.domain.actors import SYSTEM
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.recomputing import Move, moves_of
from dispatch.enums import CalendarChangeStatus, LimitStage
from dispatch.enums import TicketAction as Act
from dispatch.models import CalendarChange, Ticket
from dispatch.queries.calendar import FRESH_SECONDS, forget_calendar, work_calendar
from dispatch.queries.running import running_tickets
from xiangcun.lib import bell
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.workdays import SHANGHAI

logger = logging.getLogger(__name__)

RECOMPUTE_TASK = "dispatch.recompute_dues"
BATCH = 200
RUN_SECONDS = 20.0
"""A run gives way after so long; the bell it rings goes on."""
SETTLE = timedelta(seconds=FRESH_SECONDS + 15)
_GRACE = timedelta(seconds=5)
_OPEN = Q(status=CalendarChangeStatus.WAITING) | Q(status=CalendarChangeStatus.SETTLING)


def start_of(day: date) -> datetime:
    """Return the local midnight that begins ``day``."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def recompute_dues(change_id: int, *, now: datetime) -> CalendarChange | None:
    """Go on with the change's round; return the change, ``None`` when there is nothing to do."""
    until = clock.monotonic() + RUN_SECONDS
    change = CalendarChange.objects.filter(_OPEN, pk=change_id).first()
    if change is None or _too_early(change, now):
        return None
    while clock.monotonic() < until:
        forget_calendar()
        rows = running_tickets(due_since=start_of(change.first_day))
        batch = list(rows.filter(pk__gt=change.cursor)[:BATCH])
        moves = [moved for ticket in batch if (moved := _move(ticket, change, now))]
        if not _advance(change, batch, moves, now):
            return change
        if len(batch) < BATCH:
            return change
    bell.ring(RECOMPUTE_TASK, change.pk)
    return change


def sweep_changes(*, now: datetime) -> int:
    """Take up changes whose bell was lost or whose second round is due; return how many."""
    waiting = Q(status=CalendarChangeStatus.WAITING, created_at__lte=now - _GRACE)
    settled = Q(status=CalendarChangeStatus.SETTLING, round_ended_at__lte=now - SETTLE)
    pks = list(
        CalendarChange.objects.filter(waiting | settled)
        .order_by("pk")
        .values_list("pk", flat=True)[:20]
    )
    for pk in pks:
        recompute_dues(pk, now=now)
    return len(pks)


def _too_early(change: CalendarChange, now: datetime) -> bool:
    """Whether the first round is over and old copies of the calendar may still be in use."""
    if change.status != CalendarChangeStatus.SETTLING or change.round_ended_at is None:
        return False
    return now < change.round_ended_at + SETTLE


def _move(ticket: Ticket, change: CalendarChange, now: datetime) -> list[Any] | None:
    """Give the ticket its new dates; ``None`` when they are right or somebody was faster."""
    moves = moves_of(ticket, work_calendar())
    if not moves:
        return None
    due = next((move for move in moves if move.stage == LimitStage.HANDLE), None)
    fields = Fields(
        note=f"工作日历变更：{change.summary}",
        public_text=_sentence(change, due) if due else "",
        calendar_change=change.pk,
    )
    try:
        perform(
            ticket.pk,
            Act.RECOMPUTE_DUE,
            actor=SYSTEM,
            now=now,
            fields=fields,
            expected_version=ticket.version,
        )
    except ConflictError:
        logger.info("recompute_skipped ticket=%s change=%s", ticket.pk, change.pk)
        return None
    shown = due or moves[-1]
    return [
        ticket.pk,
        ticket.number,
        str(shown.stage),
        shown.before.isoformat(),
        shown.after.isoformat(),
    ]


def _sentence(change: CalendarChange, due: Move) -> str:
    """Return what the resident reads."""
    return (
        f"因工作日历调整（{change.reason}），办理期限由 {_local(due.before)} "
        f"调整为 {_local(due.after)}。"
    )


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _advance(
    change: CalendarChange, batch: list[Ticket], moves: list[list[Any]], now: datetime
) -> bool:
    """Write how far the round is; False when another worker has gone further: it carries on."""
    with transaction.atomic():
        stored = CalendarChange.objects.select_for_update().get(pk=change.pk)
        stored.moved += len(moves)
        stored.moves = [*stored.moves, *moves][: CalendarChange.MOST_MOVES]
        alone = (stored.status, stored.cursor) == (change.status, change.cursor)
        if alone:
            _step(stored, batch, now)
        stored.save()
    change.status, change.cursor, change.round_ended_at = (
        stored.status,
        stored.cursor,
        stored.round_ended_at,
    )
    change.moved, change.moves = stored.moved, stored.moves
    return alone


def _step(change: CalendarChange, batch: list[Ticket], now: datetime) -> None:
    """Move the cursor; at the end of a round, to the next."""
    first = change.status == CalendarChangeStatus.WAITING
    if first:
        change.examined += len(batch)
    if len(batch) == BATCH:
        change.cursor = batch[-1].pk
        return
    change.cursor = 0
    if first:
        change.status, change.round_ended_at = CalendarChangeStatus.SETTLING, now
    else:
        change.status, change.finished_at = CalendarChangeStatus.DONE, now
