"""The working calendar as the domain needs it: rows once, then pure arithmetic."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from dispatch.enums import CalendarDayType
from dispatch.models import CalendarDay
from xiangcun.lib.workdays import WorkCalendar

FRESH_SECONDS = 30.0
_WORKED = frozenset({CalendarDayType.WORKDAY, CalendarDayType.MAKEUP})


class DayRow(NamedTuple):
    """What the arithmetic needs of a row of the calendar."""

    date: date
    type: str
    confirmed: bool


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
        _Cache.calendar = calendar_of(day_rows())
        _Cache.loaded_at = now
    return _Cache.calendar


def day_rows() -> list[DayRow]:
    """Return every row of the calendar as it is stored now."""
    rows = CalendarDay.objects.order_by("date").values_list("date", "type", "confirmed")
    return [DayRow(*row) for row in rows]


def calendar_of(rows: Iterable[DayRow]) -> WorkCalendar:
    """Build the calendar; a year is announced once one of its rows is confirmed."""
    kept = list(rows)
    return WorkCalendar(
        {row.date: row.type in _WORKED for row in kept},
        confirmed=frozenset(row.date.year for row in kept if row.confirmed),
    )


def calendar_with(changes: Mapping[date, DayRow | None]) -> WorkCalendar:
    """Return the calendar as it would be with ``changes`` (``None`` takes a row away); one query."""
    rows = {row.date: row for row in day_rows()}
    for day, row in changes.items():
        if row is None:
            rows.pop(day, None)
        else:
            rows[day] = row
    return calendar_of(rows.values())
