"""A year of the working calendar as the page draws it: twelve months of lettered days."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dispatch.enums import CalendarDayType
from dispatch.models import CalendarDay
from dispatch.queries.calendar import work_calendar
from dispatch.queries.calendar_page import named_days
from xiangcun.lib.workdays import DayKind, WorkCalendar

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
FIRST_YEAR, LAST_YEAR = 2020, 2100
_LETTERS = {"holiday": _("休"), "makeup": _("班"), "closure": _("停")}
_WORDS = {
    "workday": _("工作日"),
    "weekend": _("周末"),
    "holiday": _("节假日"),
    "makeup": _("调休上班"),
    "closure": _("停工"),
}


def year_page(year: int, *, today: date) -> dict[str, Any]:
    """Return what the year view shows; one query besides the calendar's own."""
    worked, rows = work_calendar(), named_days(year)
    months = [_month(year, month, worked, rows, today) for month in range(1, 13)]
    minutes = worked.minutes_per_day
    return {
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < LAST_YEAR else None,
        "this_year": today.year,
        "provisional": year not in worked.known_years,
        "months": months,
        "weekdays": WEEKDAYS,
        "workdays": sum(month["workdays"] for month in months),
        "hours": hours_text(worked),
        "day_length": f"{minutes / 60:g}",
        "festivals": _festivals(rows),
        "keys": [(kind, _LETTERS.get(kind, ""), word) for kind, word in _WORDS.items()],
    }


def hours_text(worked: WorkCalendar) -> str:
    """Return the hours of a working day: ``08:30–12:00、13:30–17:30``."""
    return "、".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in worked.hours)


def _month(
    year: int, month: int, worked: WorkCalendar, rows: dict[date, CalendarDay], today: date
) -> dict[str, Any]:
    weeks = [
        [_day(day, worked, rows.get(day), today) if day.month == month else None for day in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    days = [day for week in weeks for day in week if day]
    return {
        "number": month,
        "weeks": weeks,
        "workdays": sum(day["worked"] for day in days),
    }


def _day(day: date, worked: WorkCalendar, row: CalendarDay | None, today: date) -> dict[str, Any]:
    kind = day_kind(day, worked, row)
    name = row.name if row else ""
    words = [f"{day}", _("星期%s") % WEEKDAYS[day.weekday()], _WORDS[kind], name]
    if worked.is_provisional(day):
        words.append(_("暂定"))
    return {
        "iso": day.isoformat(),
        "number": day.day,
        "kind": kind,
        "letter": _LETTERS.get(kind, ""),
        "name": name,
        "short": name[:4],
        "label": " ".join(filter(None, words)),
        "worked": worked.is_workday(day),
        "today": day == today,
    }


def day_kind(day: date, worked: WorkCalendar, row: CalendarDay | None) -> str:
    """Return the kind of a day as the page colours it; a closure of the place is its own."""
    if row is not None and row.type == CalendarDayType.CLOSURE:
        return "closure"
    return str(DayKind(worked.kind(day)))


def _festivals(rows: dict[date, CalendarDay]) -> list[dict[str, Any]]:
    """Return the year's named spans in order: consecutive days of one name and type together."""
    spans: list[dict[str, Any]] = []
    for day in sorted(rows):
        row = rows[day]
        last = spans[-1] if spans else None
        if (
            last
            and (last["name"], last["type"]) == (row.name, row.type)
            and (day - last["last"]).days == 1
        ):
            last["last"] = day
        else:
            spans.append({"name": row.name, "type": row.type, "first": day, "last": day})
    return [_festival(span) for span in spans]


def _festival(span: dict[str, Any]) -> dict[str, Any]:
    first, last = span["first"], span["last"]
    kind = str(span["type"])
    text = f"{first:%m-%d}" if first == last else f"{first:%m-%d} 至 {last:%m-%d}"
    return {
        "name": span["name"],
        "letter": _LETTERS.get(kind, ""),
        "kind": kind,
        "span": text,
        "days": (last - first).days + 1,
    }
