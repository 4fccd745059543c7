"""Which series rise: tested every evening, all of them together, and only what lasts is said.

A series begins to rise when it is among the discoveries (15 % false discovery rate over every series and
both windows) with enough reports to speak of, and still unusual the evening after; it ends after three
evenings on which neither window is unusual any more. The state is computed anew from the days each time, so that
a refresh done twice, late or after a correction says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.summary.insights.daytypes import Flags, Floats, Ints
from dispatch.summary.insights.expected import discoveries, outlook

WINDOWS = (7, 28)
RATE, SURE_RATE = 0.15, 0.03
"""False discovery rates: from which something is said, and from which it is said with confidence."""
LEAST_COUNT = {7: 5, 28: 10}
LEAST_RATIO = {7: 1.6, 28: 1.4}
LEAST_EXCESS = {7: 3.0, 28: 5.0}
BEGINS_AFTER, ENDS_AFTER = 2, 3
CONFIRMS = 0.01
"""How unlikely the evenings after a discovery must still be to confirm it."""
STILL = 0.1
"""A standing rise goes on while one window is at least this unlikely."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What one evening's test says of every series: by window, and which are discoveries.

    ``observed``, ``expected`` and ``p`` are (window, series); so are ``found`` and ``sure``, of booleans.
    """

    index: int
    observed: Floats
    expected: Floats
    p: Floats
    found: Flags
    sure: Flags


@dataclass(slots=True)
class Watch:
    """The state of every series from evening to evening."""

    up: Ints
    quiet: Ints
    alive: Flags
    since: Ints

    @classmethod
    def of(cls, count: int) -> Watch:
        """Return the state of ``count`` series of which nothing is known."""
        zero = np.zeros(count, dtype=np.int64)
        return cls(
            zero, zero.copy(), np.zeros(count, dtype=np.bool_), np.full(count, -1, dtype=np.int64)
        )

    def follow(self, evening: Evening) -> None:
        """Take in one evening, in order."""
        hit = evening.found.any(axis=0)
        least = np.nanmin(np.where(np.isnan(evening.p), 1.0, evening.p), axis=0)
        self.up = np.where(hit | ((self.up > 0) & (least <= CONFIRMS)), self.up + 1, 0)
        self.quiet = np.where(least <= STILL, 0, self.quiet + 1)
        begins = ~self.alive & (self.up >= BEGINS_AFTER)
        self.since = np.where(begins, evening.index - BEGINS_AFTER + 1, self.since)
        self.alive = (self.alive | begins) & (self.quiet < ENDS_AFTER)
        self.since = np.where(self.alive, self.since, -1)


def evening_of(counts: Floats, factors: Floats, *, end: int, start: int = 0) -> Evening:
    """Test every series on the evening of day ``end``; arrays of the result are (window, series)."""
    looks = [outlook(counts, factors, end=end, window=window, start=start) for window in WINDOWS]
    p = np.array([look.p for look in looks])
    observed = np.array([look.observed for look in looks])
    expected = np.array([look.expected for look in looks])
    found = discoveries(p, RATE) & _enough(observed, expected)
    return Evening(end, observed, expected, p, found, discoveries(p, SURE_RATE))


def watch(
    counts: Floats, factors: Floats, *, first: int, last: int, start: int = 0
) -> Iterator[tuple[Evening, Watch]]:
    """Yield the evenings from day ``first`` to ``last`` with the state after each."""
    state = Watch.of(len(counts))
    for end in range(first, last + 1):
        evening = evening_of(counts, factors, end=end, start=start)
        state.follow(evening)
        yield evening, state


def _enough(observed: Floats, expected: Floats) -> Flags:
    """Whether there is something to say: few reports more than usual are no rise to a village."""
    counts = np.array([LEAST_COUNT[window] for window in WINDOWS])[:, None]
    ratios = np.array([LEAST_RATIO[window] for window in WINDOWS])[:, None]
    excess = np.array([LEAST_EXCESS[window] for window in WINDOWS])[:, None]
    told = np.nan_to_num(expected, nan=np.inf)
    large = (observed >= counts) & (observed - told >= excess)
    return large & (observed >= ratios * told)
