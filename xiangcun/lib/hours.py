"""When a place is open: a weekly rule, what holidays do to it, exceptions by date, and one sentence now.

All clocks are the township's (Asia/Shanghai has no summer time, so naive arithmetic is exact). A span
belongs to the day it begins on and may run over midnight. Everything is pure; which days are holidays
comes from the caller's :class:`~xiangcun.lib.workdays.WorkCalendar`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from xiangcun.lib.workdays import SHANGHAI, DayKind, WorkCalendar

DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 21
"""As far as a reopening is looked for: the longest holiday and what is put around it."""
WEEK = 7
_DAY = timedelta(days=1)
_NAMES = "一二三四五六日"


class OnHolidays(StrEnum):
    """What a statutory holiday does; ``reports.enums.HolidayRule`` has the words."""

    CLOSED = "closed"
    SAME = "same"
    ASK = "ask"


class OpenCode(StrEnum):
    """Whether somebody is there now; ``ask``: a holiday about which the place itself decides."""

    OPEN = "open"
    CLOSED = "closed"
    ASK = "ask"
    UNKNOWN = "unknown"


class Span(NamedTuple):
    """Minutes since midnight of the day it begins on; ``end`` beyond 1440 is the next day's."""

    start: int
    end: int


Week = tuple[tuple[Span, ...], ...]
"""Seven days, Monday first."""


@dataclass(frozen=True, slots=True)
class OddDays:
    """Other hours (none: closed) from one date to another, both included."""

    first: date
    last: date
    spans: tuple[Span, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """A place's hours; an empty ``week`` means that nobody has said."""

    week: Week = ()
    holidays: OnHolidays = OnHolidays.CLOSED
    exceptions: tuple[OddDays, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenState:
    """What there is to say now; moments are aware, ``until`` is empty where it never closes."""

    code: OpenCode
    text: str
    until: datetime | None = None
    opens_at: datetime | None = None


def check_spans(spans: Sequence[Span]) -> None:
    """Raise ``ValueError`` (Chinese) unless the spans of a day are real, in order and apart."""
    before = -1
    for span in spans:
        if not (0 <= span.start < DAY_MINUTES and span.start < span.end):
            raise ValueError("时间应在 0:00 到 24:00 之间，结束要晚于开始")
        if span.end > span.start + DAY_MINUTES:
            raise ValueError("一段时间不能超过 24 小时")
        if span.start < before:
            raise ValueError("同一天的时间段重叠或顺序颠倒")
        before = span.end


def week_of(stored: Any) -> Week:
    """Read what :func:`stored_week` wrote."""
    return tuple(tuple(Span(*span) for span in day) for day in stored or ())


def stored_week(week: Week) -> list[list[list[int]]]:
    """Return plain JSON."""
    return [[list(span) for span in day] for day in week]


def exceptions_of(stored: Sequence[Mapping[str, Any]]) -> tuple[OddDays, ...]:
    """Read what :func:`stored_exceptions` wrote."""
    return tuple(
        OddDays(
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]),
            tuple(Span(*span) for span in row["spans"]),
            row["note"],
        )
        for row in stored
    )


def stored_exceptions(rows: Sequence[OddDays]) -> list[dict[str, Any]]:
    """Return plain JSON."""
    return [
        {
            "first": row.first.isoformat(),
            "last": row.last.isoformat(),
            "spans": [list(span) for span in row.spans],
            "note": row.note,
        }
        for row in rows
    ]


def exception_on(hours: Hours, day: date) -> OddDays | None:
    """Return the exception of a day; of several the one written last."""
    return next((row for row in reversed(hours.exceptions) if row.first <= day <= row.last), None)


def spans_on(hours: Hours, day: date, calendar: WorkCalendar) -> tuple[Span, ...] | None:
    """Return a day's spans, ``None`` where the place has to be asked.

    An exception goes before everything. Whoever closes on holidays works on the make-up days that pay
    for them: where the weekly rule has nothing for such a weekend, with the first working day's hours.
    """
    special = exception_on(hours, day)
    if special is not None:
        return special.spans
    if not hours.week:
        return ()
    usual = hours.week[day.weekday()]
    kind = calendar.kind(day)
    if kind is DayKind.HOLIDAY and hours.holidays is not OnHolidays.SAME:
        return () if hours.holidays is OnHolidays.CLOSED else None
    if kind is DayKind.MAKEUP and hours.holidays is OnHolidays.CLOSED and not usual:
        return next((spans for spans in hours.week[:5] if spans), ())
    return usual


def open_state(hours: Hours, now: datetime, calendar: WorkCalendar) -> OpenState:
    """Return whether the place is open at the aware moment ``now``, and until or from when."""
    local = now.astimezone(SHANGHAI).replace(tzinfo=None)
    today = local.date()
    if not hours.week and not hours.exceptions:
        return OpenState(OpenCode.UNKNOWN, "")
    stretches = list(_stretches(hours, today, calendar))
    inside = next((pair for pair in stretches if pair[0] <= local < pair[1]), None)
    if inside is not None:
        return _open(inside[1], local)
    if spans_on(hours, today, calendar) is None:
        return OpenState(OpenCode.ASK, "今天是节假日，去之前请先打电话问一下")
    if not hours.week and exception_on(hours, today) is None:
        return OpenState(OpenCode.UNKNOWN, "")
    return _closed(next((start for start, _end in stretches if start > local), None), local)


def is_open(hours: Hours, now: datetime, calendar: WorkCalendar) -> bool:
    """Return whether :func:`open_state` would say so: two days are looked at and not three weeks."""
    local = now.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    today = spans_on(hours, local.date(), calendar) or ()
    before = spans_on(hours, local.date() - _DAY, calendar) or ()
    return any(span.start <= minute < span.end for span in today) or any(
        minute + DAY_MINUTES < span.end for span in before
    )


def _stretches(
    hours: Hours, today: date, calendar: WorkCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of being open from yesterday on, touching ones as one."""
    current: tuple[datetime, datetime] | None = None
    for ahead in range(-1, LOOK_AHEAD_DAYS + 1):
        day = today + ahead * _DAY
        midnight = datetime.combine(day, time())
        for span in spans_on(hours, day, calendar) or ():
            start, end = (midnight + timedelta(minutes=minute) for minute in span)
            if current is not None and start <= current[1]:
                current = (current[0], max(current[1], end))
                continue
            if current is not None:
                yield current
            current = (start, end)
    if current is not None:
        yield current


def _open(end: datetime, local: datetime) -> OpenState:
    if end - local > WEEK * _DAY:
        return OpenState(OpenCode.OPEN, "24 小时营业")
    last = end.date()
    # Midnight is the end of a day and not the beginning of the next.
    if end.time() == time() and last == local.date() + _DAY:
        words = "24:00"
    elif last == local.date() + _DAY:
        words = f"次日 {clock_text(end)}"
    else:
        words = f"{_day_text(last, local.date())}{clock_text(end)}"
    return OpenState(OpenCode.OPEN, f"营业中 · {words} 休息", until=end.replace(tzinfo=SHANGHAI))


def _closed(start: datetime | None, local: datetime) -> OpenState:
    if start is None:
        return OpenState(OpenCode.CLOSED, "暂停营业，恢复时间请打电话问")
    words = f"{_day_text(start.date(), local.date())}{clock_text(start)}"
    opens = start.replace(tzinfo=SHANGHAI)
    return OpenState(OpenCode.CLOSED, f"休息中 · {words} 开门", opens_at=opens)


def clock_text(at: datetime) -> str:
    """Return 8:30, as people write it."""
    return f"{at.hour}:{at.minute:02d}"


def _day_text(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead <= 2:
        return ("", "明天 ", "后天 ")[ahead]
    if ahead < WEEK:
        return f"周{_NAMES[day.weekday()]} "
    return f"{day.month}月{day.day}日 "
