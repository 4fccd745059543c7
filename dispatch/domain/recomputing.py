"""Deadlines anew after the calendar has changed: which of them move, and to when.

Only a running clock moves, and only while its deadline still is what was computed (see
``dispatch.domain.clocks``). Paused clocks keep their remaining minutes, natural hours know no
calendar, and a date that somebody gave stays. A child's computed deadline is the earlier of its own
limit's and its parent's, whatever moves either; a date given to it never ends after its parent's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from dispatch.domain import clocks
from dispatch.domain.clocks import DUE_COLUMNS
from dispatch.enums import LimitStage, LimitUnit, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from xiangcun.lib.workdays import WorkCalendar

RUNNING: Mapping[TicketStatus, tuple[LimitStage, ...]] = MappingProxyType(
    {
        TicketStatus.ASSESSING: (LimitStage.ASSESS,),
        TicketStatus.DISPATCHED: (LimitStage.SIGN, LimitStage.HANDLE),
        TicketStatus.HANDLING: (LimitStage.HANDLE,),
    }
)
"""Which clocks run in which status."""


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that another calendar puts elsewhere."""

    stage: LimitStage
    before: datetime
    after: datetime


def moves_of(ticket: Ticket, calendar: WorkCalendar) -> list[Move]:
    """Return the deadlines of ``ticket`` that ``calendar``, or a child's parent, would move."""
    if ticket.paused_at is not None:
        return []
    latest = ticket.parent.due_at if ticket.parent else None
    moves = []
    # Backwards: a child signs no later than it is due, and is due no later than its parent.
    for stage in reversed(RUNNING.get(TicketStatus(ticket.status), ())):
        due = getattr(ticket, DUE_COLUMNS[stage])
        if due is None:
            continue
        after = _computed(ticket, stage, calendar) or due
        if ticket.parent_id is not None and stage != LimitStage.ASSESS:
            latest = after = min(after, latest) if latest else after
        if after != due:
            moves.append(Move(stage, due, after))
    return moves[::-1]


def lags_behind_parent(ticket: Ticket) -> bool:
    """Whether a child is less urgent than the matter it is a part of has become."""
    return ticket.parent is not None and ticket.urgency > ticket.parent.urgency


def recompute(ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """Bring the deadlines (and a child's urgency) up to date in memory; return old and new."""
    columns = {str(stage): DUE_COLUMNS[stage] for stage in LimitStage}
    before = {stage: getattr(ticket, column) for stage, column in columns.items()}
    data: dict[str, Any] = {}
    if ticket.parent is not None and lags_behind_parent(ticket):
        data["raised"] = {"was": ticket.urgency, "reason": f"主工单{ticket.parent.number}加急"}
        ticket.urgency = ticket.parent.urgency
        clocks.tighten(ticket, now=now)
    for move in moves_of(ticket, work_calendar()):
        _apply(ticket, move)
    after = {stage: getattr(ticket, column) for stage, column in columns.items()}
    moved = {
        stage: [due.isoformat(), after[stage].isoformat()]
        for stage, due in before.items()
        if due is not None and due != after[stage]
    }
    return {**data, "moved": moved}


def _apply(ticket: Ticket, move: Move) -> None:
    base = _base(ticket, move.stage)
    setattr(ticket, DUE_COLUMNS[move.stage], move.after)
    if base is not None:
        clocks.keep_base(ticket, move.stage, due=move.after)
    if move.stage == LimitStage.HANDLE:
        capped = ticket.parent is not None and ticket.parent.due_at == move.after
        unit = ticket.parent.due_unit if ticket.parent and capped else (base or {}).get("unit")
        ticket.due_unit = unit or ticket.due_unit


def is_provisional(ticket: Ticket, stage: LimitStage) -> bool:
    """Whether the stage's deadline rests on a year whose arrangement nobody has announced yet."""
    base, due = _base(ticket, stage), getattr(ticket, DUE_COLUMNS[stage])
    if base is None or due is None or base["unit"] != LimitUnit.WORK:
        return False
    return work_calendar().is_provisional_between(datetime.fromisoformat(base["from"]), due)


def _base(ticket: Ticket, stage: LimitStage) -> dict[str, Any] | None:
    """Return what the stage's deadline was computed from; ``None`` for a date that somebody gave."""
    base: dict[str, Any] | None = (ticket.clock_bases or {}).get(str(stage))
    due = getattr(ticket, DUE_COLUMNS[stage])
    if base is None or due is None or datetime.fromisoformat(base["due"]) != due:
        return None
    return base


def _computed(ticket: Ticket, stage: LimitStage, calendar: WorkCalendar) -> datetime | None:
    """Return where ``calendar`` puts the stage's deadline; ``None`` for a date that somebody gave."""
    base = _base(ticket, stage)
    if base is None:
        return None
    start, minutes = datetime.fromisoformat(base["from"]), base["minutes"]
    if base["unit"] == LimitUnit.NATURAL:
        return start + timedelta(minutes=minutes)
    return calendar.add_work_minutes(start, minutes)
