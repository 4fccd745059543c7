"""What rises, as pure arithmetic: found when it is there, quiet when it is not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from dispatch.summary.insights.daytypes import (
    HOLIDAY,
    MAKEUP,
    Floats,
    day_classes,
    day_factors,
)
from dispatch.summary.insights.expected import YEAR, discoveries, outlook
from dispatch.summary.insights.rising import Watch, watch
from xiangcun.lib.workdays import WorkCalendar

SERIES, DAYS = 30, 200
MONDAY = date(2026, 3, 2)


def quiet(seed: int = 5, *, days: int = DAYS, mean: float = 1.0) -> Floats:
    return np.random.default_rng(seed).poisson(mean, (SERIES, days)).astype(float)


def states(counts: Floats, *, last: int, evenings: int = 21) -> Watch:
    factors = np.ones_like(counts)
    *_, (_evening, state) = watch(counts, factors, first=last - evenings, last=last)
    return state


def test_it_works() -> None:
    counts = quiet()
    counts[3, 190:] += 4
    state = states(counts, last=199)
    assert list(np.flatnonzero(state.alive)) == [3]
    assert 190 <= state.since[3] <= 196


@pytest.mark.parametrize("seed", range(6))
def test_what_only_varies_is_left_alone(seed: int) -> None:
    assert states(quiet(seed), last=199).alive.sum() <= 1


def test_it_ends_when_it_is_over() -> None:
    counts = quiet(days=260)
    counts[3, 190:200] += 4
    assert states(counts, last=199).alive[3]
    assert not states(counts, last=245).alive[3]


def test_one_evening_is_no_rise() -> None:
    counts = quiet()
    counts[3, 199] += 40
    assert not states(counts, last=199).alive[3]


def test_few_are_no_rise_however_rare() -> None:
    counts = quiet(mean=1.0)
    counts[3] = 0
    counts[3, 193:197] = 1
    assert not states(counts, last=199).alive[3]


def test_what_was_never_there_rises_with_enough() -> None:
    counts = quiet()
    counts[3] = 0
    counts[3, 193:199] = 2
    state = states(counts, last=199)
    assert state.alive[3]


def test_without_history_nothing_is_said() -> None:
    look = outlook(quiet(), np.ones((SERIES, DAYS)), end=199, window=7, start=170)
    assert np.isnan(look.p).all()
    assert not discoveries(look.p, 0.5).any()


def test_the_same_weeks_of_last_year_are_no_surprise() -> None:
    day = np.arange(2 * YEAR)
    wave = 3.0 * np.exp(0.9 * np.sin(2 * np.pi * (day + 60) / YEAR))
    counts = np.tile(np.round(wave), (SERIES, 1))
    factors = np.ones_like(counts)
    climb = YEAR + int(np.argmax(np.diff(wave[:YEAR]))) - 20
    knows = outlook(counts, factors, end=climb, window=28)
    new = outlook(counts, factors, end=climb, window=28, start=climb - 28 - 12 * 7)
    truth = counts[0, climb - 27 : climb + 1].sum()
    assert abs(knows.expected[0] - truth) < abs(new.expected[0] - truth)
    assert abs(knows.expected[0] / truth - 1) < 0.1


def test_an_outbreak_before_does_not_hide_the_next() -> None:
    counts = quiet()
    calm = outlook(counts, np.ones_like(counts), end=199, window=7).expected[3]
    counts[3, 150:157] += 8
    assert outlook(counts, np.ones_like(counts), end=199, window=7).expected[3] < calm * 1.4


def test_benjamini_and_hochberg() -> None:
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, np.nan, 0.2])
    assert list(discoveries(p, 0.05)) == [True, True, False, False, False, False, False, False]
    assert discoveries(np.array([[0.001], [0.9]]), 0.05).shape == (2, 1)
    assert not discoveries(np.array([]), 0.05).any()


def test_kinds_of_day() -> None:
    calendar = WorkCalendar(
        {date(2026, 3, 4): False, date(2026, 3, 8): True}, confirmed=frozenset({2026})
    )
    classes = list(day_classes(MONDAY, 7, calendar))
    assert classes == [0, 1, HOLIDAY, 3, 4, 5, MAKEUP]


def test_a_quiet_sunday_is_expected() -> None:
    classes = day_classes(MONDAY, 210, WorkCalendar(confirmed=frozenset({2026})))
    counts = np.where(classes >= 5, 2.0, 10.0)[None, :].repeat(8, axis=0)
    factors = day_factors(counts, classes)
    assert factors.shape == counts.shape
    assert factors[0, 6] == pytest.approx(0.25, abs=0.1)
    assert factors[0, 0] == pytest.approx(1.3, abs=0.1)
