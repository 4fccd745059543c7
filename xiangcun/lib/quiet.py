"""Quiet hours: when a message that is no alarm may go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from xiangcun.lib.workdays import SHANGHAI, WorkCalendar

_LONGEST = 31
"""Days: a longer closure would hold a message back for no one's good."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local wall-clock times, across midnight when ``start`` is later than ``end``; ``None`` = never."""

    start: time | None
    end: time | None
    rest_days: bool

    def covers(self, clock: time) -> bool:
        """Whether the time of day is quiet."""
        if self.start is None or self.end is None:
            return False
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def first_moment(now: datetime, quiet: QuietHours, calendar: WorkCalendar) -> datetime:
    """Return ``now``, or the end of the quiet time that ``now`` lies in."""
    local = now.astimezone(SHANGHAI)
    for _step in range(2 * _LONGEST):
        if quiet.rest_days and not calendar.is_workday(local.date()):
            local = _start_of(local + timedelta(days=1))
        elif quiet.end is not None and quiet.covers(local.time()):
            tonight = local.time() >= quiet.end
            day = local + timedelta(days=1) if tonight else local
            local = datetime.combine(day.date(), quiet.end, tzinfo=SHANGHAI)
        else:
            return now if local <= now else local.astimezone(now.tzinfo)
    return now


def _start_of(local: datetime) -> datetime:
    return datetime.combine(local.date(), time.min, tzinfo=SHANGHAI)
