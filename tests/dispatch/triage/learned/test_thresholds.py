from __future__ import annotations

import numpy as np
import pytest

from dispatch.triage.learned import Targets
from dispatch.triage.learned.thresholds import NEVER, Answers, fit_thresholds, wilson_lower


def made(count: int, *, easy: float, hard: float) -> Answers:
    """Category 0 is right at confidence above ``easy``, category 1 above ``hard``; evenly spread."""
    confidence = np.linspace(0.3, 1.0, count)
    best = np.arange(count) % 2
    right = confidence > np.where(best == 0, easy, hard)
    return Answers(best=best, confidence=confidence, right=right)


@pytest.mark.parametrize(
    ("right", "total", "lower"),
    [(0, 0, 0.0), (10, 10, 0.787), (98, 100, 0.942), (132, 132, 0.9799), (980, 1000, 0.9714)],
)
def test_the_wilson_bound(right: int, total: int, lower: float) -> None:
    assert wilson_lower(right, total, 0.95) == pytest.approx(lower, abs=0.001)


def test_it_works() -> None:
    easy, hard = fit_thresholds(made(2000, easy=0.4, hard=0.8), 2, Targets(0.95))
    assert easy < 0.5
    assert 0.7 < hard < 0.85


def test_what_is_dispatched_keeps_the_target_by_its_lower_bound() -> None:
    answers = made(2000, easy=0.4, hard=0.8)
    lines = np.array(fit_thresholds(answers, 2, Targets(0.98)))
    auto = answers.confidence >= lines[answers.best]
    assert wilson_lower(answers.right[auto].sum(), auto.sum(), 0.95) >= 0.98


def test_a_stricter_target_never_lowers_a_line() -> None:
    answers = made(2000, easy=0.5, hard=0.7)
    loose = fit_thresholds(answers, 2, Targets(0.9))
    strict = fit_thresholds(answers, 2, Targets(0.99))
    assert all(one <= other for one, other in zip(loose, strict, strict=True))


def test_too_few_answers_prove_nothing() -> None:
    assert fit_thresholds(made(60, easy=0.0, hard=0.0), 2, Targets(0.98)) == [NEVER, NEVER]
    nothing = Answers(
        best=np.zeros(0, dtype=np.int64),
        confidence=np.zeros(0),
        right=np.zeros(0, dtype=bool),
    )
    assert fit_thresholds(nothing, 2, Targets()) == [NEVER, NEVER]


def test_a_category_without_a_record_is_never_dispatched_unasked() -> None:
    assert fit_thresholds(made(2000, easy=0.4, hard=0.4), 3, Targets(0.95))[2] == NEVER


def test_a_category_that_is_often_wrong_is_held_back() -> None:
    answers = made(2000, easy=0.0, hard=2.0)
    easy, hard = fit_thresholds(answers, 2, Targets(0.95))
    assert easy < 0.5
    assert hard > 0.98
