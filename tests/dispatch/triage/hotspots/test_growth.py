from __future__ import annotations

import math

import pytest

from dispatch.triage.hotspots.growth import measure_growth


@pytest.mark.parametrize(
    ("recent", "before", "trend"),
    [
        (12, 4, "rising"),
        (6, 0, "rising"),
        (2, 1, "unclear"),
        (1, 0, "unclear"),
        (4, 12, "unclear"),
        (0, 2, "unclear"),
        (0, 12, "falling"),
        (1, 30, "falling"),
        (0, 0, "unclear"),
    ],
)
def test_it_claims_only_what_the_numbers_carry(recent: int, before: int, trend: str) -> None:
    assert measure_growth(recent, before).trend == trend


def test_the_interval_holds_the_plain_ratio() -> None:
    growth = measure_growth(12, 12)
    assert growth.low < 3.0 < growth.high
    assert measure_growth(120, 120).low > growth.low


def test_nothing_before_has_no_upper_end() -> None:
    growth = measure_growth(5, 0)
    assert 1.0 < growth.low < math.inf
    assert growth.high == math.inf
