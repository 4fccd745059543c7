"""Periods are named as offices name them, and compared with as many days."""

from __future__ import annotations

from datetime import date

import pytest

from dispatch.summary.periods import Period, PeriodKind, custom_period, named_period, period_of

DAY = date(2026, 11, 28)  # a Saturday


def span(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("kind", "label", "days"),
    [
        (PeriodKind.DAY, "2026年11月28日（星期六）", ("2026-11-28", "2026-11-28")),
        (PeriodKind.WEEK, "2026年第48周（11月23日—11月29日）", ("2026-11-23", "2026-11-29")),
        (PeriodKind.MONTH, "2026年11月", ("2026-11-01", "2026-11-30")),
        (PeriodKind.QUARTER, "2026年第四季度", ("2026-10-01", "2026-12-31")),
        (PeriodKind.YEAR, "2026年", ("2026-01-01", "2026-12-31")),
    ],
)
def test_it_works(kind: PeriodKind, label: str, days: tuple[str, str]) -> None:
    period = period_of(kind, DAY)
    assert (period.label, span(period), period.is_running) == (label, days, False)
    assert named_period(period.first, period.last) == period


def test_a_week_at_the_turn_of_the_year_belongs_to_the_year_of_its_thursday() -> None:
    week = period_of(PeriodKind.WEEK, date(2027, 1, 2))
    assert week.label == "2026年第53周（12月28日—1月3日）"
    assert span(week.year_before()) == ("2025-12-29", "2026-01-04")


@pytest.mark.parametrize(
    ("kind", "previous", "year_before"),
    [
        (PeriodKind.DAY, ("2026-11-27", "2026-11-27"), ("2025-11-28", "2025-11-28")),
        (PeriodKind.WEEK, ("2026-11-16", "2026-11-22"), ("2025-11-24", "2025-11-30")),
        (PeriodKind.MONTH, ("2026-10-01", "2026-10-31"), ("2025-11-01", "2025-11-30")),
        (PeriodKind.QUARTER, ("2026-07-01", "2026-09-30"), ("2025-10-01", "2025-12-31")),
        (PeriodKind.YEAR, ("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-12-31")),
    ],
)
def test_whole_periods_are_compared_with_whole_ones(
    kind: PeriodKind, previous: tuple[str, str], year_before: tuple[str, str]
) -> None:
    period = period_of(kind, DAY)
    assert (span(period.previous()), span(period.year_before())) == (previous, year_before)
    assert period.comparison_note == ""


def test_a_running_month_is_compared_with_as_many_days() -> None:
    month = period_of(PeriodKind.MONTH, DAY, today=date(2026, 11, 11))
    assert (span(month), month.is_running, month.label) == (
        ("2026-11-01", "2026-11-11"),
        True,
        "2026年11月",
    )
    assert span(month.previous()) == ("2026-10-01", "2026-10-11")
    assert span(month.year_before()) == ("2025-11-01", "2025-11-11")
    assert month.before_name == "上月同期"
    assert month.comparison_note == (
        "本月尚未结束，前11天与上月同期（2026年10月1日—10月11日）比较，当天还在增加。"
    )


def test_a_month_before_without_as_many_days_is_taken_whole_and_said() -> None:
    month = period_of(PeriodKind.MONTH, date(2026, 3, 30), today=date(2026, 3, 30))
    assert span(month.previous()) == ("2026-02-01", "2026-02-28")
    assert "没有这么多天" in month.comparison_note


def test_the_29th_of_february_has_the_28th_before_it() -> None:
    day = period_of(PeriodKind.DAY, date(2028, 2, 29))
    assert span(day.year_before()) == ("2027-02-28", "2027-02-28")
    assert span(period_of(PeriodKind.MONTH, date(2028, 2, 1)).previous()) == (
        "2028-01-01",
        "2028-01-31",
    )


def test_days_of_ones_own_are_compared_with_as_many_before() -> None:
    period = custom_period(date(2026, 11, 10), date(2026, 11, 19))
    assert period.label == "2026年11月10日—11月19日"
    assert span(period.previous()) == ("2026-10-31", "2026-11-09")
    assert span(period.year_before()) == ("2025-11-10", "2025-11-19")
    assert period.before_name == "前10天"


def test_a_step_is_one_whole_period_and_the_last_one_runs() -> None:
    october = period_of(PeriodKind.MONTH, DAY).step(-1, today=DAY)
    assert (october.label, october.is_running) == ("2026年10月", False)
    november = october.step(1, today=DAY)
    assert (span(november), november.is_running) == (("2026-11-01", "2026-11-28"), True)
    assert span(november.step(1, today=DAY)) == ("2026-12-01", "2026-12-31")
