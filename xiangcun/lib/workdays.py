"""Working-hours arithmetic over a calendar that is data.

Everything here is pure: the caller loads the calendar rows. Moments are aware datetimes (any zone
in, UTC out), lengths are whole minutes of working time. Seconds travel along (09:00:30 plus an hour
is 10:00:30) but count for nothing in :meth:`WorkCalendar.work_minutes_between`, which makes it
exactly additive. A year that nobody has confirmed is guessed from weekdays and the statutory days
that are fixed in the solar calendar; it is *provisional*, never a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
STATUTORY_DAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""(month, day) of 全国年节及纪念日放假办法 (2025) that are the same in every year."""

_DAY = timedelta(days=1)
_LONGEST_CLOSURE_DAYS = 366


class DayKind(StrEnum):
    """What a day is to the office."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _check_hours(hours: tuple[tuple[time, time], ...]) -> None:
    """Raise ``ValueError`` unless the spans are whole-minute, ordered and apart."""
    edges = [edge for span in hours for edge in span]
    if not edges or any(edge.tzinfo or edge.second or edge.microsecond for edge in edges):
        raise ValueError("working hours: need naive times on the minute")
    if any(late < early for early, late in pairwise(edges)):
        raise ValueError("working hours: spans must be in order and apart")
    if any(start == end for start, end in hours):
        raise ValueError("working hours: an empty span")


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, and between which hours of a day.

    ``days`` maps a date to "is worked" for the days that differ from the plain week (more rows do
    no harm). ``confirmed`` names the years whose arrangement has been announced; without it one row
    makes its whole year *known*. ``hours`` are local wall-clock spans of every working day, none
    across midnight. ``statutory`` closes (month, day) in unknown years only.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    tz: ZoneInfo = SHANGHAI
    statutory: frozenset[tuple[int, int]] = STATUTORY_DAYS
    confirmed: frozenset[int] | None = None

    def __post_init__(self) -> None:
        """Refuse hours that cannot be counted."""
        _check_hours(self.hours)

    @cached_property
    def known_years(self) -> frozenset[int]:
        """The announced years; where nobody says which, those with at least one row."""
        if self.confirmed is not None:
            return self.confirmed
        return frozenset(day.year for day in self.days)

    @cached_property
    def minutes_per_day(self) -> int:
        """Length of a full working day; what "one working day" means as a limit."""
        return sum(_minute(end) - _minute(start) for start, end in self.hours)

    def is_provisional(self, day: date) -> bool:
        """Whether the year of ``day`` is only guessed."""
        return day.year not in self.known_years

    def is_provisional_between(self, start: datetime, end: datetime) -> bool:
        """Whether a span rests on any guessed year (show such a due date as provisional)."""
        first, last = sorted((self._local(start).year, self._local(end).year))
        return any(year not in self.known_years for year in range(first, last + 1))

    def is_workday(self, day: date) -> bool:
        """Whether the office works on the local date ``day``."""
        worked = self.days.get(day)
        if worked is not None:
            return worked
        if day.weekday() >= 5:
            return False
        return not (self.is_provisional(day) and (day.month, day.day) in self.statutory)

    def kind(self, day: date) -> DayKind:
        """Name the day: a worked weekend is a make-up day, a closed weekday a holiday."""
        weekend = day.weekday() >= 5
        if self.is_workday(day):
            return DayKind.MAKEUP if weekend else DayKind.WORKDAY
        declared = self.days.get(day) is False
        return DayKind.WEEKEND if weekend and not declared else DayKind.HOLIDAY

    def is_open(self, at: datetime) -> bool:
        """Whether somebody sits in the office now; the closing minute is already outside."""
        local = self._local(at)
        clock = local.time()
        inside = any(start <= clock < end for start, end in self.hours)
        return inside and self.is_workday(local.date())

    def work_minutes_between(self, start: datetime, end: datetime) -> int:
        """Count working minutes from ``start`` to ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.work_minutes_between(end, start)
        first, last = self._local(start), self._local(end)
        total = self._worked_before(last) - self._worked_before(first)
        day = first.date()
        while day < last.date():
            if self.is_workday(day):
                total += self.minutes_per_day
            day += _DAY
        return total

    def add_work_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the moment (UTC) when ``minutes`` of working time have passed since ``start``.

        A span that ends exactly at closing time ends then and not at the next opening. ``minutes``
        of 0 return ``start`` even outside working hours; a negative number is a ``ValueError``.
        """
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        local = self._local(start)
        if minutes == 0:
            return local.astimezone(UTC)
        left = timedelta(minutes=minutes)
        begin = local.replace(tzinfo=None)
        day, closed_for = begin.date(), 0
        full_day = timedelta(minutes=self.minutes_per_day)
        while closed_for <= _LONGEST_CLOSURE_DAYS:
            if self.is_workday(day):
                closed_for = 0
                if left > full_day and day > begin.date():
                    left -= full_day
                else:
                    end, left = self._spend(day, begin, left)
                    if end is not None:
                        return end.replace(tzinfo=self.tz).astimezone(UTC)
            closed_for += 1
            day += _DAY
        raise ValueError("the calendar has no working day within a year")

    def add_workdays(self, start: datetime, count: int) -> datetime:
        """Return the moment (UTC) ``count`` full working days of time after ``start``.

        Friday 10:00 plus one is Monday 10:00; Saturday plus one is Monday's closing time.
        """
        return self.add_work_minutes(start, count * self.minutes_per_day)

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("an aware datetime is needed")
        return moment.astimezone(self.tz)

    def _worked_before(self, local: datetime) -> int:
        """Count the working minutes of the local day that are over at ``local``."""
        if not self.is_workday(local.date()):
            return 0
        now = _minute(local.time())
        spans = ((_minute(start), _minute(end)) for start, end in self.hours)
        return sum(max(0, min(now, end) - start) for start, end in spans)

    def _spend(
        self, day: date, begin: datetime, left: timedelta
    ) -> tuple[datetime | None, timedelta]:
        """Use up one working day from ``begin`` on: (end or None, what is left of ``left``)."""
        for opening, closing in self.hours:
            span_start = max(datetime.combine(day, opening), begin)
            room = datetime.combine(day, closing) - span_start
            if room <= timedelta(0):
                continue
            if left <= room:
                return span_start + left, timedelta(0)
            left -= room
        return None, left
