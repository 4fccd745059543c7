"""From which confidence a category may be dispatched unasked: fitted on the lower Wilson bound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from dispatch.triage.learned.shapes import Targets

NEVER = 1.01
"""A threshold nothing reaches."""
BORROWED = 60
"""How many answers a category borrows from all categories together when its own record is judged."""
LEAST_OWN = 3
"""A category with fewer answers of its own has no record: a person decides."""
STEPS = 25


@dataclass(frozen=True, slots=True)
class Answers:
    """Out-of-fold answers: best category's column, its confidence, whether it was right."""

    best: NDArray[np.int64]
    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]


def wilson_lower(right: float, total: float, level: float) -> float:
    """Return the one-sided lower bound of a share at confidence ``level`` (Wilson 1927)."""
    if total <= 0:
        return 0.0
    z = float(NormalDist().inv_cdf(level))
    share = right / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    return max(0.0, (centre - spread) / (1 + z * z / total))


def fit_thresholds(answers: Answers, classes: int, targets: Targets) -> list[float]:
    """Return a line per category: the lowest that keep what is dispatched unasked right often enough.

    Two conditions. Every category's own record, filled up with ``BORROWED`` answers that were right as
    often as all categories are at that confidence, must reach an aim; and the aim is raised from
    below until the lower Wilson bound of everything dispatched reaches ``targets.accuracy``. Bounds
    for each small category alone would keep back half of what is safe; one line for all would let
    easy categories pay for hard ones. NEVER for a category without a record, or when no aim will do.
    """
    order = np.argsort(-answers.confidence, kind="stable")
    best, confidence, right = answers.best[order], answers.confidence[order], answers.right[order]
    pooled = np.cumsum(right) / np.arange(1, len(right) + 1)
    low, high = max(targets.accuracy - 0.03, 0.0), 1.0
    for aim in np.linspace(low, high, STEPS * 2 + 1):
        lines = np.array(
            [_line(best == place, confidence, right, pooled, aim) for place in range(classes)]
        )
        auto = confidence >= lines[best]
        if wilson_lower(right[auto].sum(), auto.sum(), targets.level) >= targets.accuracy:
            return [float(line) for line in lines]
    return [NEVER] * classes


def _line(
    own: NDArray[np.bool_],
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    pooled: NDArray[np.float64],
    aim: float,
) -> float:
    """Return the lowest confidence down to which one category reaches ``aim``; rows fall in confidence."""
    if own.sum() < LEAST_OWN:
        return NEVER
    share = (np.cumsum(own & right) + BORROWED * pooled) / (np.cumsum(own) + BORROWED)
    reached = np.flatnonzero(share >= aim)
    if not len(reached):
        return NEVER
    # Rounded up: a candidate's confidence has four places, and a line must not sink below its own.
    return min(float(np.ceil(confidence[reached[-1]] * 1e4) / 1e4), 1.0)
