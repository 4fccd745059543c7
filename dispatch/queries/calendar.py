"""The working calendar as the domain needs it: rows once, then pure arithmetic."""

from __future__ import annotations

import time
from datetime import date

from dispatch.enums import CalendarDayType
from dispatch.models import CalendarDay
from xiangcun.lib.workdays import WorkCalendar

FRESH_SECONDS = 30.0
_WORKED = frozenset({CalendarDayType.WORKDAY, CalendarDayType.MAKEUP})


class _Cache:
    calendar: WorkCalendar | None = None
    loaded_at: float = 0.0


def forget_calendar() -> None:
    """Drop this process's copy, so that the next use reads the rows again."""
    _Cache.calendar = None


def work_calendar() -> WorkCalendar:
    """Return the calendar; at most ``FRESH_SECONDS`` old in a process, one small query when stale."""
    now = time.monotonic()
    if _Cache.calendar is None or now - _Cache.loaded_at > FRESH_SECONDS:
        rows: list[tuple[date, str]] = list(CalendarDay.objects.values_list("date", "type"))
        _Cache.calendar = WorkCalendar({day: kind in _WORKED for day, kind in rows})
        _Cache.loaded_at = now
    return _Cache.calendar
