"""The days a brief covers, and which briefs are due on a working morning.

A daily brief runs from the last working day to the day before today, so that nothing falls between two
of them: on Monday it covers Friday to Sunday. Weeks begin on Monday, months on the first.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from dispatch.enums import BriefKind
from xiangcun.lib.workdays import WorkCalendar

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_CATCH_UP = {BriefKind.DAY: 2, BriefKind.WEEK: 2, BriefKind.MONTH: 2}
"""How many issues of each kind are still drafted after the machine was off."""
_LONGEST_BREAK = 31
MOST_DAYS = 31
_NOW = {BriefKind.DAY: "本期", BriefKind.WEEK: "本周", BriefKind.MONTH: "本月"}
_BEFORE_PART = {BriefKind.WEEK: "上周同期", BriefKind.MONTH: "上月同期"}
_BEFORE = {BriefKind.DAY: "上期", BriefKind.WEEK: "上周", BriefKind.MONTH: "上月"}


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included."""

    kind: BriefKind
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def whole(self) -> bool:
        """Whether the days are a whole week or month (a daily brief always is)."""
        if self.kind == BriefKind.MONTH:
            return self == month_of(self.first)
        return self.kind == BriefKind.DAY or self == week_of(self.first)

    @property
    def now_word(self) -> str:
        """What the text calls it."""
        return _(_NOW[self.kind])

    @property
    def before_word(self) -> str:
        """What the text calls the one before."""
        return _(_BEFORE[self.kind]) if self.whole else _(_BEFORE_PART[self.kind])

    def previous(self) -> Span:
        """Return what 环比 compares with: the month or week before, or as many days before.

        A month or week that is not over is held against as much of the one before.
        """
        if self.kind == BriefKind.MONTH:
            return self._as_far(month_of(self.first - _DAY))
        length = _WEEK if self.kind == BriefKind.WEEK else timedelta(days=self.days)
        return Span(self.kind, self.first - length, self.last - length)

    def year_before(self) -> Span | None:
        """Return what 同比 compares with: the same month of the year before; ``None`` for the others."""
        if self.kind != BriefKind.MONTH:
            return None
        return self._as_far(month_of(self.first.replace(year=self.first.year - 1)))

    def _as_far(self, month: Span) -> Span:
        """Return ``month``, cut to the days that this one has had."""
        if self.whole:
            return month
        return Span(self.kind, month.first, min(month.last, month.first + timedelta(self.days - 1)))


def month_of(day: date) -> Span:
    """Return the month of ``day``."""
    first = day.replace(day=1)
    return Span(BriefKind.MONTH, first, day.replace(day=monthrange(day.year, day.month)[1]))


def week_of(day: date) -> Span:
    """Return the week of ``day``, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Span(BriefKind.WEEK, monday, monday + _WEEK - _DAY)


def span_of(kind: BriefKind, day: date) -> Span:
    """Return the day, week or month that holds ``day``: what somebody asks for by hand."""
    if kind == BriefKind.MONTH:
        return month_of(day)
    return week_of(day) if kind == BriefKind.WEEK else Span(kind, day, day)


def due_spans(kind: BriefKind, today: date, calendar: WorkCalendar) -> list[Span]:
    """Return what should have been drafted by this morning, oldest first, missed ones included.

    Nothing on days nobody works: the first working morning after them makes up for it.
    """
    if not calendar.is_workday(today):
        return []
    found = list(_past(kind, today, calendar))[: _CATCH_UP[kind]]
    return found[::-1]


def _past(kind: BriefKind, today: date, calendar: WorkCalendar) -> Iterator[Span]:
    """Yield the finished spans, latest first; a daily brief's days end the morning it is read."""
    if kind == BriefKind.DAY:
        morning = today
        for _issue in range(_CATCH_UP[kind]):
            before = _workday_before(morning, calendar)
            yield Span(kind, before, morning - _DAY)
            morning = before
        return
    span = span_of(kind, today)
    for _issue in range(_CATCH_UP[kind]):
        span = span.previous()
        yield span


def _workday_before(day: date, calendar: WorkCalendar) -> date:
    """Return the working day before; at most ``MOST_DAYS`` back, however long the break."""
    before = day - _DAY
    for _step in range(_LONGEST_BREAK - 1):
        if calendar.is_workday(before):
            break
        before -= _DAY
    return before
