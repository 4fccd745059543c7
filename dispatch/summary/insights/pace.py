"""Whether a queue will keep its dates at the present pace: pure arithmetic over a department's days.

Work is taken in order of its dates, which is the best order for dates, at the pace of the last ten
working days with that pace's own uncertainty; besides, some share comes late whatever the pace (the
share that did lately). Four hundred futures are drawn with a fixed seed, so that the same queue is
always told the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.summary.insights.daytypes import Floats

PACE_DAYS, AHEAD_DAYS = 10, 5
STUCK_DAYS = 5.0
"""What is longer overdue than this waits for something else than its turn."""
FUTURES = 400
_STEPS_A_DAY = 8
_SEED = 20_261_128
_DAY_SPREAD = 0.15
_LATE_PRIOR, _LATE_PRIOR_WEIGHT = 0.03, 20.0
_ANYWAY = 0.4
"""How much of the late share of late is put down to something else than the pace."""
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Record:
    """What a department did lately.

    ``finished`` are the results of each of the last working days; ``late`` of ``done`` came late.
    """

    finished: Sequence[int]
    late: int
    done: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of ``due`` tickets that come due ahead so many will be late: the mean, and where 80 % of futures lie.

    ``chances`` is each ticket's chance to be late, in the order given.
    """

    due: int
    late: float
    low: int
    high: int
    chances: tuple[float, ...]


def forecast(left: Sequence[float], record: Record) -> Forecast:
    """Say how many will be late of the tickets with ``left`` working days to go (negative: overdue).

    Those overdue already take their turn (unless they are stuck) and are not counted.
    """
    queue = np.sort(np.array([days for days in left if -STUCK_DAYS <= days <= AHEAD_DAYS]))
    ahead = queue >= 0
    if not ahead.any():
        return Forecast(0, 0.0, 0, 0, ())
    rng = np.random.default_rng(_SEED)
    done = _done(rng, record)
    slots = np.clip((queue * _STEPS_A_DAY).astype(int), 0, AHEAD_DAYS * _STEPS_A_DAY)
    late = done[:, slots] <= np.arange(len(queue))
    anyway = rng.random(late.shape) < _late_share(record) * _ANYWAY
    late = (late | anyway)[:, ahead]
    counts = late.sum(axis=1)
    low, high = np.quantile(counts, [_LOW, _HIGH])
    chances = tuple(float(chance) for chance in late.mean(axis=0))
    return Forecast(int(ahead.sum()), float(counts.mean()), int(low), int(np.ceil(high)), chances)


def _done(rng: np.random.Generator, record: Record) -> Floats:
    """Draw how much is finished until each eighth of a working day ahead: (futures, eighths)."""
    pace, days = _pace(record)
    level = rng.gamma(pace * days + 0.5, 1 / days, (FUTURES, 1))
    mood = rng.gamma(1 / _DAY_SPREAD, _DAY_SPREAD, (FUTURES, AHEAD_DAYS))
    daily = np.repeat(level * mood, _STEPS_A_DAY, axis=1) / _STEPS_A_DAY
    steps = np.cumsum(rng.poisson(daily), axis=1)
    return np.concatenate([np.zeros((FUTURES, 1), dtype=np.int64), steps], axis=1)


def _pace(record: Record) -> tuple[float, int]:
    """Return results a working day and over how many days.

    A department that keeps its dates is held up by what comes in, not by what it can do: its pace is
    that of the busier half of its days.
    """
    days = sorted(record.finished, reverse=True)
    mean = sum(days) / len(days)
    half = days[: max(len(days) // 2, 1)]
    keeps = 1 - min(1.0, _late_share(record) / 0.2)
    return mean + keeps * (sum(half) / len(half) - mean), len(days)


def _late_share(record: Record) -> float:
    prior = _LATE_PRIOR * _LATE_PRIOR_WEIGHT
    return (record.late + prior) / (record.done + _LATE_PRIOR_WEIGHT)
