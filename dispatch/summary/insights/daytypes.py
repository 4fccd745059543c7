"""How busy a kind of day is: the part of an expectation that the calendar knows.

A day's factor is its share of an average day: a Monday 1.2, a Sunday 0.7, a public holiday 0.5. Factors
are estimated from all series together and let each series differ as far as its own numbers carry it.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from xiangcun.lib.workdays import DayKind, WorkCalendar

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOLIDAY, MAKEUP = 7, 8
_CLASSES = 9
_SMOOTH = 28
_POOLED_WEIGHT = 40.0
"""Reports' worth of "an average day" that a class of day has to outweigh (few holidays, little said)."""
_OWN_WEIGHT = 60.0
"""The same for one series against all of them."""
_LEAST = 0.05


def day_classes(first: date, count: int, calendar: WorkCalendar) -> Ints:
    """Return the class of each of ``count`` days: 0–6 an ordinary weekday, 7 a holiday, 8 a make-up day."""
    return np.array(
        [_class(first + timedelta(days=offset), calendar) for offset in range(count)],
        dtype=np.int64,
    )


def day_factors(counts: Floats, classes: Ints) -> Floats:
    """Return how busy each day is for each series, against its average day: (series, days), about 1.

    ``counts`` is (series, days).
    """
    level = _local_level(counts)
    pooled = _ratios(counts.sum(axis=0)[None, :], level.sum(axis=0)[None, :], classes)
    pooled = (pooled[0] + _POOLED_WEIGHT * _prior(pooled)) / (pooled[1] + _POOLED_WEIGHT)
    own = _ratios(counts, level, classes)
    factors: Floats = np.maximum((own[0] + _OWN_WEIGHT * pooled) / (own[1] + _OWN_WEIGHT), _LEAST)
    return factors[:, classes]


def _class(day: date, calendar: WorkCalendar) -> int:
    kind = calendar.kind(day)
    if kind is DayKind.HOLIDAY:
        return HOLIDAY
    return MAKEUP if kind is DayKind.MAKEUP else day.weekday()


def _local_level(counts: Floats) -> Floats:
    """Return each series' mean of the four weeks around each day; fewer at the ends."""
    width = min(_SMOOTH, counts.shape[1])
    kernel = np.ones(width)
    weight = np.convolve(np.ones(counts.shape[1]), kernel, mode="same")
    return np.array([np.convolve(row, kernel, mode="same") / weight for row in counts])


def _ratios(counts: Floats, level: Floats, classes: Ints) -> Floats:
    """Return (what happened, what an average day would have had) by series and class."""
    belongs = (classes[:, None] == np.arange(_CLASSES)).astype(float)
    return np.array([counts @ belongs, level @ belongs])


def _prior(pooled: Floats) -> Floats:
    """Return what a class is before it is seen: a holiday like a Sunday, a make-up day like a Friday."""
    seen = (pooled[0] + _POOLED_WEIGHT) / (pooled[1] + _POOLED_WEIGHT)
    prior: Floats = np.ones_like(seen)
    prior[:, HOLIDAY], prior[:, MAKEUP] = seen[:, 6], seen[:, 4]
    return prior
