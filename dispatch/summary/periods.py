"""Days, weeks, months, quarters and years as offices name them, and with what each is compared.

A period that is still running ends today. It is compared with the same number of days of the period
before and of the year before: eleven days of November say nothing beside the whole of October.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_YEAR_OF_WEEKS = timedelta(weeks=52)
_QUARTERS = ("一", "二", "三", "四")
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


class PeriodKind(StrEnum):
    """What a range of days is called; the values stand in the URL."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CUSTOM = "custom"


KIND_NAMES = MappingProxyType(
    {
        PeriodKind.DAY: gettext_lazy("日"),
        PeriodKind.WEEK: gettext_lazy("周"),
        PeriodKind.MONTH: gettext_lazy("月"),
        PeriodKind.QUARTER: gettext_lazy("季"),
        PeriodKind.YEAR: gettext_lazy("年"),
        PeriodKind.CUSTOM: gettext_lazy("自选日期"),
    }
)
_BEFORE: Mapping[PeriodKind, str] = MappingProxyType(
    {
        PeriodKind.DAY: "前一日",
        PeriodKind.WEEK: "上周",
        PeriodKind.MONTH: "上月",
        PeriodKind.QUARTER: "上季度",
        PeriodKind.YEAR: "上年",
    }
)
_NOW: Mapping[PeriodKind, str] = MappingProxyType(
    {
        PeriodKind.DAY: "当日",
        PeriodKind.WEEK: "本周",
        PeriodKind.MONTH: "本月",
        PeriodKind.QUARTER: "本季度",
        PeriodKind.YEAR: "本年",
    }
)


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, both included; ``whole_last`` is where it would end if it were over."""

    kind: PeriodKind
    first: date
    last: date
    whole_last: date

    @property
    def days(self) -> int:
        """Return how many days it has so far."""
        return (self.last - self.first).days + 1

    @property
    def is_running(self) -> bool:
        """Whether it is cut off before its end."""
        return self.last < self.whole_last

    @property
    def label(self) -> str:
        """Return the name that offices write: ``2026年第47周（11月16日—11月22日）``."""
        if self.kind is PeriodKind.CUSTOM:
            return _span(self.first, self.last)
        return _LABELS[self.kind](self.first, self.whole_last)

    @property
    def now_name(self) -> str:
        """Return what it is called in a sentence beside its comparison: ``本月``."""
        return _NOW.get(self.kind, "本期")

    @property
    def before_name(self) -> str:
        """Return what the period before is called: ``上月``, of a running one ``上月同期``."""
        if self.kind is PeriodKind.CUSTOM:
            return _("前%d天") % self.days
        return _BEFORE[self.kind] + ("同期" if self.is_running else "")

    @property
    def comparison_note(self) -> str:
        """Say what a running period is compared with; nothing for one that is over."""
        if not self.is_running:
            return ""
        before = self.previous()
        words = {
            "now": self.now_name,
            "days": self.days,
            "before": self.before_name,
            "span": _span(before.first, before.last),
        }
        if self.days == before.days:
            return (
                _("%(now)s尚未结束，前%(days)d天与%(before)s（%(span)s）比较，当天还在增加。")
                % words
            )
        return _("%(now)s尚未结束，%(before)s没有这么多天，与整个上期（%(span)s）比较。") % words

    def previous(self) -> Period:
        """Return what it is compared with 环比: the period before, of a running one as many days of it."""
        if self.kind is PeriodKind.CUSTOM:
            return custom_period(self.first - timedelta(days=self.days), self.first - _DAY)
        return self._cut_like_this(period_of(self.kind, self.first - _DAY))

    def year_before(self) -> Period:
        """Return what it is compared with 同比: the same days a year ago, of a week 52 weeks ago."""
        if self.kind is PeriodKind.CUSTOM:
            return custom_period(_year_ago(self.first), _year_ago(self.last))
        if self.kind is PeriodKind.WEEK:
            return self._cut_like_this(period_of(self.kind, self.first - _YEAR_OF_WEEKS))
        return self._cut_like_this(period_of(self.kind, _year_ago(self.first)))

    def step(self, by: int, *, today: date | None = None) -> Period:
        """Return the next (1) or the previous (-1) whole period; ``today`` cuts one that is running."""
        if self.kind is PeriodKind.CUSTOM:
            way = timedelta(days=self.days * by)
            return custom_period(self.first + way, self.last + way)
        day = self.whole_last + _DAY if by > 0 else self.first - _DAY
        return period_of(self.kind, day, today=today)

    def _cut_like_this(self, whole: Period) -> Period:
        if not self.is_running:
            return whole
        last = min(whole.first + timedelta(days=self.days - 1), whole.whole_last)
        return Period(whole.kind, whole.first, last, whole.whole_last)


def period_of(kind: PeriodKind, day: date, *, today: date | None = None) -> Period:
    """Return the day, week, month, quarter or year that ``day`` lies in.

    With ``today`` a period that has begun and is not over ends today. ``CUSTOM`` is that day alone.
    Raises ``OverflowError`` at the ends of the calendar.
    """
    first, last = _BOUNDS[kind](day)
    cut = today if today is not None and first <= today < last else last
    return Period(kind, first, cut, last)


def custom_period(first: date, last: date) -> Period:
    """Return exactly these days."""
    return Period(PeriodKind.CUSTOM, first, last, last)


def named_period(first: date, last: date) -> Period:
    """Return these days under the name offices have for them: a whole month is that month."""
    kinds = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
    for kind in kinds:
        if _BOUNDS[kind](first) == (first, last):
            return Period(kind, first, last, last)
    return custom_period(first, last)


def _week(day: date) -> tuple[date, date]:
    first = day - timedelta(days=day.weekday())
    return first, first + _WEEK - _DAY


def _months(day: date, count: int) -> tuple[date, date]:
    """Return the block of ``count`` months, counted from January, that ``day`` lies in."""
    month = (day.month - 1) // count * count + 1
    last_month = month + count - 1
    last = date(day.year, last_month, monthrange(day.year, last_month)[1])
    return date(day.year, month, 1), last


_BOUNDS: Mapping[PeriodKind, Callable[[date], tuple[date, date]]] = MappingProxyType(
    {
        PeriodKind.DAY: lambda day: (day, day),
        PeriodKind.CUSTOM: lambda day: (day, day),
        PeriodKind.WEEK: _week,
        PeriodKind.MONTH: lambda day: _months(day, 1),
        PeriodKind.QUARTER: lambda day: _months(day, 3),
        PeriodKind.YEAR: lambda day: _months(day, 12),
    }
)


def _year_ago(day: date) -> date:
    """Return the same date a year ago; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _span(first: date, last: date) -> str:
    """Return ``2026年11月1日—11月28日``, with the second year only where it is another."""
    begin = f"{first.year}年{_short(first)}"
    if first == last:
        return begin
    end = _short(last) if first.year == last.year else f"{last.year}年{_short(last)}"
    return f"{begin}—{end}"


def _week_label(first: date, last: date) -> str:
    year, week, _day = first.isocalendar()
    return f"{year}年第{week}周（{_short(first)}—{_short(last)}）"


_LABELS: Mapping[PeriodKind, Callable[[date, date], str]] = MappingProxyType(
    {
        PeriodKind.DAY: lambda first, _last: (
            f"{first.year}年{_short(first)}（星期{_WEEKDAYS[first.weekday()]}）"
        ),
        PeriodKind.WEEK: _week_label,
        PeriodKind.MONTH: lambda first, _last: f"{first.year}年{first.month}月",
        PeriodKind.QUARTER: lambda first, _last: (
            f"{first.year}年第{_QUARTERS[(first.month - 1) // 3]}季度"
        ),
        PeriodKind.YEAR: lambda first, _last: f"{first.year}年",
    }
)
