"""A circuit breaker: after a failure, do not touch the failing thing again for a few seconds.

A request must not wait for a dead Redis, not even the half second of a connect time-out, once the
process has learnt that it is dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Open for ``seconds`` after each :meth:`trip`; one per process and dependency.

    Threads may race on the plain float: the worst that happens is one more attempt.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """True while the dependency is to be left alone."""
        return self._clock() < self._open_until

    def trip(self) -> None:
        """Record a failure."""
        self._open_until = self._clock() + self._seconds

    def reset(self) -> None:
        """Record a success."""
        self._open_until = 0.0
