"""When a message that is no alarm may go out."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from xiangcun.lib.quiet import QuietHours, first_moment
from xiangcun.lib.workdays import SHANGHAI, WorkCalendar

NIGHT = QuietHours(time(21), time(7, 30), rest_days=True)
# Friday 1 January 2027 is a holiday, Saturday 2 January a make-up day.
CALENDAR = WorkCalendar({date(2027, 1, 1): False, date(2027, 1, 2): True})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "goes_out"),
    [
        ("2027-01-05 10:00", "2027-01-05 10:00"),
        ("2027-01-05 20:59", "2027-01-05 20:59"),
        ("2027-01-05 21:00", "2027-01-06 07:30"),
        ("2027-01-06 00:10", "2027-01-06 07:30"),
        ("2027-01-06 07:29", "2027-01-06 07:30"),
        ("2027-01-06 07:30", "2027-01-06 07:30"),
        ("2027-01-08 22:00", "2027-01-11 07:30"),  # Friday night: Monday morning
        ("2027-01-09 12:00", "2027-01-11 07:30"),  # Saturday
        ("2027-01-01 12:00", "2027-01-02 07:30"),  # a holiday before a make-up Saturday
        ("2027-01-02 12:00", "2027-01-02 12:00"),
    ],
)
def test_nights_and_rest_days_are_quiet(now: str, goes_out: str) -> None:
    assert first_moment(local(now), NIGHT, CALENDAR) == local(goes_out)


def test_rest_days_may_be_worked_and_hours_left_out() -> None:
    saturday = local("2027-01-09 12:00")
    assert first_moment(saturday, QuietHours(time(21), time(7), False), CALENDAR) == saturday
    assert first_moment(saturday, QuietHours(None, None, True), CALENDAR) == local(
        "2027-01-11 00:00"
    )


def test_a_span_within_one_day_is_quiet_too() -> None:
    noon = QuietHours(time(12), time(13, 30), rest_days=False)
    assert first_moment(local("2027-01-05 12:10"), noon, CALENDAR) == local("2027-01-05 13:30")
    assert first_moment(local("2027-01-05 13:30"), noon, CALENDAR) == local("2027-01-05 13:30")


def test_a_calendar_without_working_days_holds_nothing_back_for_ever() -> None:
    closed = WorkCalendar(
        {date(2027, month, day): False for month in range(1, 13) for day in range(1, 29)}
    )
    now = local("2027-03-01 12:00")
    assert first_moment(now, NIGHT, closed) <= local("2027-05-01 00:00")
