"""What happened by day or month with the calendar beside it, and by hour of the week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from dispatch.enums import CalendarDayType
from dispatch.models import CalendarDay
from dispatch.summary.cockpit.links import days_link
from dispatch.summary.cockpit.shapes import Heat, Trend, TrendPoint
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.metrics import OPENED
from dispatch.summary.periods import Period, PeriodKind, period_of
from dispatch.summary.ratios import FIGURES, Sums
from dispatch.summary.reading import read_days, read_hours, read_months
from dispatch.summary.scopes import Scope

LINES = (OPENED, "closed")
MOST_DAYS = 92
"""A longer range is drawn by month."""
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SATURDAY = 5
_KINDS = {
    CalendarDayType.HOLIDAY: "holiday",
    CalendarDayType.MAKEUP: "makeup",
    CalendarDayType.CLOSURE: "closure",
    CalendarDayType.WORKDAY: "workday",
}


def build_trend(period: Period, scope: Scope, sight: Sight) -> Trend:
    """Return the lines over the whole period, days to come included (two readings)."""
    by_month = (period.whole_last - period.first).days + 1 > MOST_DAYS
    points = _months(period, read_months(scope)) if by_month else _days(period, read_days(scope))
    return {
        "unit": "month" if by_month else "day",
        "figures": [
            {"code": code, "name": str(FIGURES[code].name), "behind": days_link(code, scope, sight)}
            for code in LINES
        ],
        "points": points,
    }


def build_heat(scope: Scope) -> Heat:
    """Return when matters are reported: weekday by hour (one reading)."""
    rows = [[0] * 24 for _day in WEEKDAYS]
    for (weekday, hour), count in read_hours(scope).items():
        rows[weekday][hour] += count
    return {
        "name": str(FIGURES[OPENED].name),
        "weekdays": list(WEEKDAYS),
        "rows": rows,
        "max": max(max(row) for row in rows),
        "total": sum(map(sum, rows)),
    }


def _days(period: Period, sums: Mapping[date, Sums]) -> list[TrendPoint]:
    declared = {
        row.date: row
        for row in CalendarDay.objects.filter(date__range=(period.first, period.whole_last))
    }
    length = (period.whole_last - period.first).days + 1
    days = [period.first + timedelta(days=offset) for offset in range(length)]
    return [_day(day, declared.get(day), sums.get(day), future=day > period.last) for day in days]


def _day(day: date, declared: CalendarDay | None, sums: Sums | None, *, future: bool) -> TrendPoint:
    weekend = day.weekday() >= _SATURDAY
    kind = "weekend" if weekend else "workday"
    name, words = "", WEEKDAYS[day.weekday()]
    if declared is not None:
        type_ = CalendarDayType(declared.type)
        kind, name = _KINDS[type_], declared.name
        words = declared.name if type_ is CalendarDayType.HOLIDAY else str(type_.label)
    return {
        "key": day.isoformat(),
        "label": _("%d 日") % day.day
        if day.day > 1
        else _("%(month)d 月 1 日") % {"month": day.month},
        "first": day.isoformat(),
        "last": day.isoformat(),
        "kind": kind,
        "kind_words": words,
        "name": name,
        "future": future,
        "values": _values(sums),
    }


def _months(period: Period, sums: Mapping[date, Sums]) -> list[TrendPoint]:
    points: list[TrendPoint] = []
    day = period.first
    while day <= period.whole_last:
        month = period_of(PeriodKind.MONTH, day)
        first, last = max(month.first, period.first), min(month.last, period.whole_last)
        crossing = period.first.year != period.whole_last.year
        points.append(
            {
                "key": f"{day:%Y-%m}",
                "label": f"{day.year}-{day.month:02d}" if crossing else _("%d 月") % day.month,
                "first": first.isoformat(),
                "last": min(last, max(first, period.last)).isoformat(),
                "kind": "month",
                "kind_words": "",
                "name": "",
                "future": first > period.last,
                "values": _values(sums.get(month.first)),
            }
        )
        day = month.last + timedelta(days=1)
    return points


def _values(sums: Sums | None) -> dict[str, float | int | None]:
    return {code: sums.value(FIGURES[code]) if sums else 0 for code in LINES}
