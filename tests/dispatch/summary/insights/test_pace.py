"""The early warning's arithmetic."""

from __future__ import annotations

from dispatch.summary.insights.late_queues import is_warning
from dispatch.summary.insights.pace import Record, forecast

STEADY = Record([3] * 10, late=0, done=60)


def test_it_works() -> None:
    told = forecast([1.0] * 12, Record([3] * 10, late=20, done=60))
    assert told.due == 12
    assert 6 <= told.late <= 11
    assert told.low <= told.late <= told.high <= 12
    assert is_warning(told)


def test_enough_time_is_no_warning() -> None:
    told = forecast([3.0, 4.0, 4.5, 5.0], STEADY)
    assert told.late < 0.5
    assert not is_warning(told)


def test_the_same_queue_is_told_the_same() -> None:
    assert forecast([1, 2, 3], STEADY) == forecast([3, 2, 1], STEADY)


def test_what_is_overdue_takes_its_turn_and_is_not_counted() -> None:
    record = Record([3] * 10, late=20, done=60)
    alone, behind = forecast([1.0] * 3, record), forecast([-1.0] * 9 + [1.0] * 3, record)
    assert alone.due == behind.due == 3
    assert behind.late > alone.late
    assert forecast([-9.0] * 9 + [1.0] * 3, record) == alone


def test_nothing_due_nothing_done() -> None:
    assert forecast([], STEADY).due == 0
    assert forecast([9.0], STEADY).due == 0
    nothing = forecast([2.0, 3.0], Record([0] * 10, late=0, done=0))
    assert nothing.due == 2
    assert nothing.late > 1.5


def test_a_ticket_due_now_is_late() -> None:
    assert forecast([0.0], STEADY).chances[0] > 0.9
