"""Deadlines: which limit applies and when it ends, and what a pause does to it.

The resident clock (opened → closed) never pauses. The unit clock is ``due_at``; while it pauses the
ticket keeps ``remaining_minutes`` and gets a new ``due_at`` when it resumes.

``Ticket.clock_bases`` keeps for each stage from when, over how many minutes of which unit, and to
which moment (``due``) its deadline was computed. A deadline that is no longer that moment was set by
hand (an extension, a promised date): it is a date somebody gave, and no calendar changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.enums import LimitStage, LimitUnit, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from dispatch.queries.limits import handling_limits

NOMINAL_DAY_MINUTES = 480
DUE_COLUMNS = {
    LimitStage.ASSESS: "assess_due_at",
    LimitStage.SIGN: "sign_due_at",
    LimitStage.HANDLE: "due_at",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """``minutes`` counted in ``unit``; 480 working minutes are one working day."""

    minutes: int
    unit: LimitUnit


# Used where no row is configured at all; the figures of the recommended table in docs/workflow.md.
_FALLBACK = {
    LimitStage.ASSESS: Limit(240, LimitUnit.WORK),
    LimitStage.SIGN: Limit(480, LimitUnit.WORK),
    LimitStage.HANDLE: Limit(5 * 480, LimitUnit.WORK),
}


def limit_for(
    stage: LimitStage, *, category_id: int | None, grid_id: int | None, urgency: str
) -> Limit:
    """Return the most specific limit."""
    fitting = (
        row
        for row in handling_limits()
        if row.stage == stage
        and row.category_id in {None, category_id}
        and row.grid_id in {None, grid_id}
        and row.urgency in {"", urgency}
    )
    best = max(
        fitting,
        key=lambda row: (
            row.category_id is not None,
            row.grid_id is not None,
            row.urgency != "",
            row.pk,
        ),
        default=None,
    )
    return Limit(best.minutes, LimitUnit(best.unit)) if best else _FALLBACK[stage]


def deadline(start: datetime, limit: Limit) -> datetime:
    """Return the aware UTC moment at which ``limit`` after ``start`` is over.

    The field counts 8 工作时 as one 工作日 whatever the office's hours are, so working limits are
    scaled to the length of the office's day.
    """
    return after(start, _real_minutes(limit), limit.unit)


def start_clock(ticket: Ticket, stage: LimitStage, *, now: datetime, limit: Limit) -> None:
    """Set the stage's deadline to ``limit`` after ``now`` and remember what it was computed from."""
    _set_clock(ticket, stage, start=now, minutes=_real_minutes(limit), unit=limit.unit)


def resume_clock(ticket: Ticket, *, now: datetime) -> None:
    """Set the deadline after a pause: what was left is left again, an overdue stays overdue."""
    left = ticket.remaining_minutes
    if left is not None and left > 0:
        unit = LimitUnit(ticket.due_unit)
        _set_clock(ticket, LimitStage.HANDLE, start=now, minutes=left, unit=unit)


def _real_minutes(limit: Limit) -> int:
    if limit.unit == LimitUnit.NATURAL:
        return limit.minutes
    return round(limit.minutes * work_calendar().minutes_per_day / NOMINAL_DAY_MINUTES)


def _set_clock(
    ticket: Ticket, stage: LimitStage, *, start: datetime, minutes: int, unit: LimitUnit
) -> None:
    due = after(start, minutes, unit)
    setattr(ticket, DUE_COLUMNS[stage], due)
    base = {
        "from": start.isoformat(),
        "minutes": minutes,
        "unit": str(unit),
        "due": due.isoformat(),
    }
    ticket.clock_bases = {**(ticket.clock_bases or {}), str(stage): base}


def keep_base(ticket: Ticket, stage: LimitStage, *, due: datetime) -> None:
    """Note that ``due`` is computed, too: a parent's deadline ended a child's clock before its own limit."""
    bases = ticket.clock_bases or {}
    ticket.clock_bases = {**bases, str(stage): {**bases[str(stage)], "due": due.isoformat()}}


def cap_clock(ticket: Ticket, stage: LimitStage, *, latest: datetime) -> bool:
    """End the stage at ``latest`` at the latest; return whether that moved its deadline."""
    due = getattr(ticket, DUE_COLUMNS[stage])
    if due is None or due <= latest:
        return False
    base = (ticket.clock_bases or {}).get(str(stage))
    setattr(ticket, DUE_COLUMNS[stage], latest)
    if base is not None and datetime.fromisoformat(base["due"]) == due:
        keep_base(ticket, stage, due=latest)
    return True


def after(start: datetime, minutes: int, unit: str) -> datetime:
    """Return the moment ``minutes`` of natural or working time after ``start``."""
    if unit == LimitUnit.NATURAL:
        return start + timedelta(minutes=minutes)
    return work_calendar().add_work_minutes(start, minutes)


def minutes_between(start: datetime, end: datetime, unit: str) -> int:
    """Count the natural or working minutes from ``start`` to ``end``; negative when it is earlier."""
    if unit == LimitUnit.NATURAL:
        return int((end - start).total_seconds() // 60)
    return work_calendar().work_minutes_between(start, end)


def remaining(ticket: Ticket, *, now: datetime) -> int:
    """Minutes (natural, or of office hours) left until ``due_at``; negative when overdue."""
    if ticket.due_at is None:
        return 0
    return minutes_between(now, ticket.due_at, ticket.due_unit)


def tighten(ticket: Ticket, *, now: datetime) -> None:
    """Give a ticket that has just become more urgent the shorter deadlines of its new urgency.

    A deadline only moves closer; a paused clock stays paused.
    """
    if ticket.paused_at is not None:
        return
    limits = {
        stage: limit_for(
            stage,
            category_id=ticket.category_id,
            grid_id=ticket.grid_id,
            urgency=ticket.urgency,
        )
        for stage in LimitStage
    }
    for stage, limit in limits.items():
        due = getattr(ticket, DUE_COLUMNS[stage])
        if due is None or deadline(now, limit) >= due:
            continue
        start_clock(ticket, stage, now=now, limit=limit)
        if stage == LimitStage.HANDLE:
            ticket.due_unit = limit.unit


def next_due(ticket: Ticket) -> datetime | None:
    """Return the deadline that counts in the ticket's present state."""
    if ticket.paused_at is not None:
        return None
    by_status = {
        TicketStatus.ASSESSING: ticket.assess_due_at,
        TicketStatus.DISPATCHED: min(
            (moment for moment in (ticket.sign_due_at, ticket.due_at) if moment), default=None
        ),
        TicketStatus.HANDLING: ticket.due_at,
    }
    return by_status.get(TicketStatus(ticket.status))
