"""A change is said with what it is compared with; nothing is divided by zero."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from dispatch.enums import TicketStatus
from dispatch.summary.comparing import Compared, compare, read_compared, read_compared_by
from dispatch.summary.lines import local_day
from dispatch.summary.periods import PeriodKind, period_of
from dispatch.summary.ratios import FIGURES, Sums, shown
from dispatch.summary.reading import Place
from dispatch.summary.rollup import fold_all
from dispatch.summary.scopes import Scope
from tests.dispatch.factories import NOW, make_cast, make_ticket

MONTH = period_of(PeriodKind.MONTH, date(2026, 11, 28))
RUNNING = period_of(PeriodKind.MONTH, date(2026, 11, 28), today=date(2026, 11, 28))


def sums(**counts: int) -> Sums:
    found = Sums()
    for code, count in counts.items():
        found.add(code, count)
    return found


def both(now: Sums, before: Sums | None, year: Sums | None = None) -> Compared:
    return Compared(RUNNING, now, before, year)


def test_it_works() -> None:
    told = compare(FIGURES["opened"], both(sums(opened=50), sums(opened=38)))
    assert told.before.text == "环比 +12 件（上月同期 38 件）"
    assert (told.before.short, told.before.delta, told.before.tone) == ("+12 件", 12, "plain")
    assert told.year.text == "去年同期无数据"
    assert not told.year.known


def test_shares_differ_by_points_and_say_their_base() -> None:
    now, before = sums(returned=3, dispatched=40), sums(returned=5, dispatched=50)
    told = compare(FIGURES["return_rate"], both(now, before, before))
    assert told.before.text == "环比 −2.5 个百分点（上月同期 10.0%，基数 50）"
    assert told.before.tone == "good"
    assert told.year.text == "同比 −2.5 个百分点（去年同期 10.0%，基数 50）"


def test_a_small_base_has_no_good_and_bad() -> None:
    now, before = sums(returned=3, dispatched=40), sums(returned=1, dispatched=5)
    change = compare(FIGURES["return_rate"], both(now, before)).before
    assert (change.small, change.tone) == (True, "plain")


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (sums(opened=4), sums(opened=4), "环比 持平（上月同期 4 件）"),
        (sums(opened=4), sums(), "环比 +4 件（上月同期 0 件）"),
    ],
)
def test_counts_compare_with_nothing_too(now: Sums, before: Sums, text: str) -> None:
    assert compare(FIGURES["opened"], both(now, before)).before.text == text


def test_shares_without_a_base_are_not_compared() -> None:
    rate = FIGURES["return_rate"]
    some = sums(returned=3, dispatched=40)
    assert compare(rate, both(some, sums())).before.text == "上月同期没有可比的基数"
    assert compare(rate, both(sums(), some)).before.text == "上月同期 7.5%，基数 40"


def test_a_year_is_compared_once() -> None:
    year = period_of(PeriodKind.YEAR, date(2026, 1, 1))
    told = compare(
        FIGURES["opened"], Compared(year, sums(opened=2), sums(opened=1), sums(opened=1))
    )
    assert (told.before.text, told.year.text) == ("", "同比 +1 件（去年同期 1 件）")


@pytest.mark.parametrize(
    ("base", "small", "text"), [(0, False, "—"), (9, True, "33.3%"), (10, False, "30.0%")]
)
def test_small_numbers_are_marked(base: int, small: bool, text: str) -> None:
    value = shown(FIGURES["satisfied_rate"], sums(satisfied=base // 3, rated=base))
    assert (value.base, value.small, value.text, value.unknown) == (base, small, text, base == 0)
    assert value.mark == (f"基数小（{base}）" if small else "")


@pytest.mark.django_db
def test_what_did_not_run_yet_is_said_and_not_read(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    cast = make_cast()
    for days in (0, 20):  # the 24th and the 4th of November
        make_ticket(TicketStatus.HANDLING, cast=cast, now=NOW - timedelta(days=days))
    fold_all(now=NOW)
    week = period_of(PeriodKind.WEEK, local_day(NOW))
    scope = Scope(first=week.first, last=week.last)
    with django_assert_max_num_queries(7) as reads:
        total = read_compared(scope, week)
    told = compare(FIGURES["opened"], total)
    assert told.before.text == "环比 +1 件（上周 0 件）"
    assert (total.year, told.year.text) == (None, "去年同期无数据")
    with django_assert_max_num_queries(len(reads)):
        rows = read_compared_by(scope, Place.DEPARTMENT, week)
    assert compare(FIGURES["opened"], rows[cast.sanitation.pk]).before.delta == 1


@pytest.mark.django_db
def test_a_period_in_whose_days_the_system_began_is_said_to_be_partial() -> None:
    cast = make_cast()
    for days in (0, 35):  # the 24th of November, the 20th of October
        make_ticket(cast=cast, now=NOW - timedelta(days=days))
    fold_all(now=NOW)
    total = read_compared(Scope(first=MONTH.first, last=MONTH.last), MONTH)
    assert compare(FIGURES["opened"], total).before.text == "环比 持平（上月 1 件），上月数据不全"
