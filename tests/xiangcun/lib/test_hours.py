"""Open or not: told against a walk through the minutes, and the sentences people read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiangcun.lib.hours import (
    DAY_MINUTES,
    Hours,
    OddDays,
    OnHolidays,
    OpenCode,
    Span,
    Week,
    exceptions_of,
    is_open,
    open_state,
    spans_on,
    stored_exceptions,
    stored_week,
    week_of,
)
from xiangcun.lib.hours_text import exceptions_text, parse_exceptions, parse_week, week_text
from xiangcun.lib.workdays import SHANGHAI, WorkCalendar

# 2026: 1 to 8 October off, Saturday 10 October worked for it.
CALENDAR = WorkCalendar(
    {date(2026, 10, day): False for day in range(1, 9)} | {date(2026, 10, 10): True},
    confirmed=frozenset({2026}),
)
OFFICE = parse_week("周一至周五 8:30-12:00，13:30-17:30")
NIGHT = parse_week("每天 18:00-次日2:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(week: Week, when: str, holidays: OnHolidays = OnHolidays.CLOSED, *odd: OddDays) -> str:
    return open_state(Hours(week, holidays, odd), at(when), CALENDAR).text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("2026-11-24 08:29", "休息中 · 8:30 开门"),
        ("2026-11-24 08:30", "营业中 · 12:00 休息"),
        ("2026-11-24 11:59", "营业中 · 12:00 休息"),
        ("2026-11-24 12:00", "休息中 · 13:30 开门"),
        ("2026-11-24 17:30", "休息中 · 明天 8:30 开门"),
        ("2026-11-27 18:00", "休息中 · 周一 8:30 开门"),
        ("2026-11-28 08:00", "休息中 · 后天 8:30 开门"),
        # The holiday: nobody before the Friday after it, and on the Saturday that pays for it.
        ("2026-09-30 18:00", "休息中 · 10月9日 8:30 开门"),
        ("2026-10-10 09:00", "营业中 · 12:00 休息"),
    ],
)
def test_an_office(when: str, text: str) -> None:
    assert told(OFFICE, when) == text


def test_over_midnight() -> None:
    assert told(NIGHT, "2026-11-24 23:30") == "营业中 · 次日 2:00 休息"
    assert told(NIGHT, "2026-11-25 01:59") == "营业中 · 2:00 休息"
    assert told(NIGHT, "2026-11-25 02:00") == "休息中 · 18:00 开门"


def test_round_the_clock_and_until_midnight() -> None:
    assert told(parse_week("全天"), "2026-11-24 03:00") == "24 小时营业"
    assert told(parse_week("每天 6:00-24:00"), "2026-11-24 23:59") == "营业中 · 24:00 休息"


def test_holidays_as_usual_or_to_be_asked() -> None:
    week = parse_week("每天 9:00-17:00")
    assert told(week, "2026-10-01 10:00", OnHolidays.SAME) == "营业中 · 17:00 休息"
    asked = told(week, "2026-10-01 10:00", OnHolidays.ASK)
    assert asked == "今天是节假日，去之前请先打电话问一下"
    assert told(week, "2026-10-01 10:00") == "休息中 · 10月9日 9:00 开门"


def test_an_exception_goes_before_everything() -> None:
    odd = parse_exceptions("2026-11-24至2026-11-26 休息 装修\n2026-10-01 9:00-11:00")
    assert told(OFFICE, "2026-11-24 09:00", OnHolidays.CLOSED, *odd) == "休息中 · 周五 8:30 开门"
    assert told(OFFICE, "2026-10-01 09:00", OnHolidays.CLOSED, *odd) == "营业中 · 11:00 休息"


def test_nothing_said_is_nothing_claimed() -> None:
    state = open_state(Hours(), at("2026-11-24 09:00"), CALENDAR)
    assert (state.code, state.text) == (OpenCode.UNKNOWN, "")


def test_closed_for_good_while_nobody_says_when() -> None:
    odd = OddDays(date(2026, 11, 1), date(2027, 3, 1))
    assert told(OFFICE, "2026-11-24 09:00", OnHolidays.CLOSED, odd).startswith("暂停营业")


spans_of_a_day = st.lists(
    st.integers(0, DAY_MINUTES // 15), min_size=0, max_size=6, unique=True
).map(lambda cuts: _spans(sorted(cuts)))


def _spans(cuts: list[int]) -> tuple[Span, ...]:
    """Make spans of pairs of cuts; the last may run over midnight."""
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    spans = [Span(start * 15, end * 15) for start, end in pairs]
    if spans and spans[-1].start > spans[0].end:
        spans[-1] = Span(spans[-1].start, DAY_MINUTES + spans[0].start // 2)
    return tuple(span for span in spans if span.start < DAY_MINUTES)


weeks = st.tuples(*[spans_of_a_day] * 7).filter(any)
moments = st.integers(0, 30 * DAY_MINUTES).map(
    lambda minutes: at("2026-09-20 00:00") + timedelta(minutes=minutes)
)


def walked(hours: Hours, moment: datetime) -> bool:
    """Whether the place is open, told by looking at the day's spans and those of the day before."""
    local = moment.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    today = spans_on(hours, local.date(), CALENDAR) or ()
    before = spans_on(hours, local.date() - timedelta(days=1), CALENDAR) or ()
    return any(span.start <= minute < span.end for span in today) or any(
        span.start <= minute + DAY_MINUTES < span.end for span in before
    )


@settings(max_examples=300, deadline=None)
@given(weeks, st.sampled_from(OnHolidays), moments)
def test_the_state_is_what_a_walk_through_the_minutes_finds(
    week: Week, holidays: OnHolidays, moment: datetime
) -> None:
    hours = Hours(week, holidays)
    state = open_state(hours, moment, CALENDAR)
    assert (state.code is OpenCode.OPEN) == walked(hours, moment)
    assert is_open(hours, moment, CALENDAR) == walked(hours, moment)
    minute = timedelta(minutes=1)
    if state.until is not None:
        assert state.until > moment
        assert walked(hours, state.until - minute)
        assert not walked(hours, state.until)
        same = open_state(hours, moment.astimezone(UTC), CALENDAR)
        assert same == state
    if state.opens_at is not None:
        assert walked(hours, state.opens_at)
        assert not walked(hours, state.opens_at - minute)
        middle = moment + (state.opens_at - moment) / 2
        assert not walked(hours, middle)


@settings(max_examples=300, deadline=None)
@given(weeks)
def test_what_is_written_is_read_as_the_same(week: Week) -> None:
    assert parse_week(week_text(week)) == week
    assert week_of(stored_week(week)) == week


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    readers: tuple[Callable[[str], object], ...] = (parse_week, parse_exceptions)
    for read in readers:
        said = "没有"
        try:
            read(text)
        except ValueError as error:
            said = str(error)
        assert re.search(r"[一-龥]", said)


@pytest.mark.parametrize(
    "text",
    [
        "8:30-12:00",
        "周八 8:30-12:00",
        "周一 25:00-26:00",
        "周一 8:75-9:00",
        "周一 8:30",
        "周一 9:00-12:00，11:00-13:00",
        "周一 9:00-12:00；周一 13:00-14:00",
        "周五至周一 9:00-12:00",
        "周一 休息",
        "周一" * 300,
    ],
)
def test_a_wrong_week_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"[一-龥]"):
        parse_week(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("星期一到星期五 8：30—17：00", "周一至周五 8:30-17:00"),
        ("工作日 8:30 - 17:00；周末 9:00-12:00", "周一至周五 8:30-17:00；周六、周日 9:00-12:00"),
        ("周二至周日 9:00-17:00；周一 闭馆", "周二至周日 9:00-17:00"),
        ("周一、周三、周五 9:00-11:00", "周一、周三、周五 9:00-11:00"),
        ("24小时", "每天 0:00-24:00"),
    ],
)
def test_people_write_it_in_many_ways(text: str, plain: str) -> None:
    assert week_text(parse_week(text)) == plain


def test_exceptions_are_read_as_written() -> None:
    rows = parse_exceptions("2026-12-01至2026-12-05 休息 内部装修\n2026-12-31 8:30-12:00")
    assert parse_exceptions(exceptions_text(rows)) == rows
    assert exceptions_of(stored_exceptions(rows)) == rows
    for wrong in ("2026-02-30 休息", "2026-12-05至2026-12-01 休息", "明天 休息"):
        with pytest.raises(ValueError, match=r"[一-龥]"):
            parse_exceptions(wrong)
