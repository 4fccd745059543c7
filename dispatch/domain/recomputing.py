"""Deadlines anew after the calendar has changed: which of them move, and to when.

Only a running clock of working time moves, and only while its deadline still is what was computed
(see ``dispatch.domain.clocks``). Paused clocks keep their remaining minutes, natural hours know no
calendar, and a date that somebody gave stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

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
    """Return the deadlines of ``ticket`` that ``calendar`` would move."""
    if ticket.paused_at is not None:
        return []
    moves = []
    for stage in RUNNING.get(TicketStatus(ticket.status), ()):
        base, due = _base(ticket, stage), getattr(ticket, DUE_COLUMNS[stage])
        if base is None or due is None or base["unit"] != LimitUnit.WORK:
            continue
        after = calendar.add_work_minutes(datetime.fromisoformat(base["from"]), base["minutes"])
        if after != due:
            moves.append(Move(stage, due, after))
    return moves


def apply_moves(ticket: Ticket) -> dict[str, list[str]]:
    """Move the deadlines in memory by the calendar of now; return old and new by stage."""
    moved = {}
    for move in moves_of(ticket, work_calendar()):
        setattr(ticket, DUE_COLUMNS[move.stage], move.after)
        bases = ticket.clock_bases or {}
        stage = str(move.stage)
        ticket.clock_bases = {**bases, stage: {**bases[stage], "due": move.after.isoformat()}}
        moved[stage] = [move.before.isoformat(), move.after.isoformat()]
    return moved


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
