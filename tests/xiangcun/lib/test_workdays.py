"""Working-hours arithmetic: examples from the 2026 calendar, then the laws it must obey."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiangcun.lib.workdays import SHANGHAI, DayKind, WorkCalendar


def days_2026() -> dict[date, bool]:
    """Holidays and make-up days of 2026 (State Council notice of November 2025)."""
    closed = [((1, 1), 3), ((2, 15), 9), ((4, 4), 3), ((5, 1), 5), ((6, 19), 3), ((9, 25), 3)]
    days = {
        date(2026, *first) + timedelta(days=offset): False
        for first, length in [*closed, ((10, 1), 7)]
        for offset in range(length)
    }
    makeup = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    return days | {date(2026, month, day): True for month, day in makeup}


CALENDAR = WorkCalendar(days_2026())
moments = st.datetimes(
    min_value=datetime(2025, 12, 1),  # noqa: DTZ001
    max_value=datetime(2027, 2, 1),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)
amounts = st.integers(min_value=0, max_value=20_000)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]


def test_it_works() -> None:
    due = CALENDAR.add_work_minutes(local(2026, 11, 27, 16, 30), 4 * 60)

    assert due == local(2026, 11, 30, 11, 30)
    assert due.tzinfo is UTC
    assert CALENDAR.work_minutes_between(local(2026, 11, 27, 16, 30), due) == 240


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 24), DayKind.WORKDAY),
        (date(2026, 11, 28), DayKind.WEEKEND),
        (date(2026, 10, 10), DayKind.MAKEUP),
        (date(2026, 2, 16), DayKind.HOLIDAY),
        (date(2026, 2, 15), DayKind.HOLIDAY),
        (date(2027, 5, 2), DayKind.WEEKEND),
        (date(2027, 10, 1), DayKind.HOLIDAY),
        (date(2027, 10, 4), DayKind.WORKDAY),
    ],
)
def test_it_names_the_day(day: date, kind: DayKind) -> None:
    assert CALENDAR.kind(day) is kind
    assert CALENDAR.is_workday(day) is (kind in {DayKind.WORKDAY, DayKind.MAKEUP})


def test_an_unknown_year_is_provisional() -> None:
    assert not CALENDAR.is_provisional(date(2026, 7, 1))
    assert CALENDAR.is_provisional(date(2027, 7, 1))
    assert not CALENDAR.is_provisional_between(local(2026, 1, 1), local(2026, 12, 31, 23, 59))
    assert CALENDAR.is_provisional_between(local(2026, 12, 31), local(2027, 1, 1))
    assert CALENDAR.is_provisional_between(
        datetime(2026, 12, 31, 16, tzinfo=UTC), local(2026, 1, 1)
    )


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (local(2026, 11, 27, 10), 1, local(2026, 11, 30, 10)),
        (local(2026, 11, 28, 10), 1, local(2026, 11, 30, 17, 30)),
        (local(2026, 9, 30, 16), 1, local(2026, 10, 8, 16)),
        (local(2026, 10, 9, 9), 1, local(2026, 10, 10, 9)),
        (local(2026, 2, 13, 20), 2, local(2026, 2, 24, 17, 30)),
        (local(2026, 12, 31, 9), 1, local(2027, 1, 4, 9)),
        (local(2026, 11, 24, 8, 30), 1, local(2026, 11, 24, 17, 30)),
        (local(2026, 11, 24, 12, 30), 0, local(2026, 11, 24, 12, 30)),
    ],
)
def test_it_adds_workdays(start: datetime, count: int, due: datetime) -> None:
    assert CALENDAR.add_workdays(start, count) == due


def test_it_ends_at_closing_time_not_at_the_next_opening() -> None:
    assert CALENDAR.add_work_minutes(local(2026, 11, 24, 9), 180) == local(2026, 11, 24, 12)
    assert CALENDAR.add_work_minutes(local(2026, 11, 24, 9), 181) == local(2026, 11, 24, 13, 31)


def test_it_carries_seconds() -> None:
    assert CALENDAR.add_work_minutes(local(2026, 11, 24, 11, 59, 30), 1) == local(
        2026, 11, 24, 13, 30, 30
    )


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (local(2026, 11, 24, 8, 29), False),
        (local(2026, 11, 24, 8, 30), True),
        (local(2026, 11, 24, 12, 0), False),
        (local(2026, 11, 28, 10, 0), False),
        (local(2026, 10, 10, 10, 0), True),
        (datetime(2026, 11, 24, 1, tzinfo=UTC), True),
    ],
)
def test_it_knows_whether_the_office_is_open(at: datetime, is_open: bool) -> None:
    assert CALENDAR.is_open(at) is is_open


def test_it_counts_over_years() -> None:
    minutes = CALENDAR.work_minutes_between(local(2016, 1, 1), local(2036, 1, 1))

    assert minutes // 450 in range(5_000, 5_300)
    assert CALENDAR.work_minutes_between(local(2036, 1, 1), local(2016, 1, 1)) == -minutes


@given(start=moments, first=amounts, second=amounts)
def test_adding_is_monotone(start: datetime, first: int, second: int) -> None:
    less, more = sorted((first, second))

    assert CALENDAR.add_work_minutes(start, less) <= CALENDAR.add_work_minutes(start, more)


@given(one=moments, other=moments, minutes=amounts)
def test_a_later_start_is_never_due_earlier(one: datetime, other: datetime, minutes: int) -> None:
    early, late = sorted((one, other))

    assert CALENDAR.add_work_minutes(early, minutes) <= CALENDAR.add_work_minutes(late, minutes)


@given(start=moments, first=amounts, second=amounts)
def test_adding_is_additive(start: datetime, first: int, second: int) -> None:
    there = CALENDAR.add_work_minutes(CALENDAR.add_work_minutes(start, first), second)

    assert there == CALENDAR.add_work_minutes(start, first + second)


@given(start=moments, minutes=amounts)
def test_counting_undoes_adding(start: datetime, minutes: int) -> None:
    due = CALENDAR.add_work_minutes(start, minutes)

    assert CALENDAR.work_minutes_between(start, due) == minutes


@given(a=moments, b=moments, c=moments)
def test_counting_is_additive_and_signed(a: datetime, b: datetime, c: datetime) -> None:
    count = CALENDAR.work_minutes_between

    assert count(a, b) + count(b, c) == count(a, c)
    assert count(a, b) == -count(b, a)
    assert count(a, b) >= 0 or b < a


def test_it_validates_its_input() -> None:
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.add_work_minutes(datetime(2026, 1, 1), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_work_minutes(local(2026, 1, 1), -1)


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((time(9), time(9)),),
        ((time(12), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(9, 0, 30), time(12)),),
    ],
)
def test_it_validates_the_hours(hours: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkCalendar(hours=hours)


def test_it_survives_an_office_that_never_opens() -> None:
    never = {date(2026, 1, 1) + timedelta(days=n): False for n in range(800)}

    with pytest.raises(ValueError, match="no working day"):
        WorkCalendar(never).add_work_minutes(local(2026, 1, 1), 1)
