"""Whether a hotspot grows, said only as far as its small numbers allow.

The recent week's people against the three weeks before: given their sum, the recent share is a
binomial whose expected value without growth is a quarter. The lower bound of its Wilson interval
(95 %) turned back into a ratio is what may be claimed; two people after one are no doubling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

RECENT_DAYS = 7
BEFORE_DAYS = 21
_LEVEL = 1.96
_EXPOSURE = BEFORE_DAYS / RECENT_DAYS


@dataclass(frozen=True, slots=True)
class Growth:
    """The recent weekly rate over the weekly rate before, as an interval (0 and up, may be inf)."""

    low: float
    high: float

    @property
    def trend(self) -> str:
        """Return ``rising``, ``falling`` or ``unclear``."""
        if self.low > 1.0:
            return "rising"
        return "falling" if self.high < 1.0 else "unclear"


def measure_growth(recent: int, before: int) -> Growth:
    """Compare ``recent`` people of the last week with ``before`` of the three weeks before it."""
    total = recent + before
    if total <= 0:
        return Growth(0.0, math.inf)
    share, square = recent / total, _LEVEL * _LEVEL
    middle = share + square / (2 * total)
    spread = _LEVEL * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return Growth(_ratio((middle - spread) / scale), _ratio((middle + spread) / scale))


def _ratio(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return math.inf if share >= 1.0 - 1e-9 else _EXPOSURE * share / (1 - share)
