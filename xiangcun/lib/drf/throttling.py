"""Fixed-window throttling on one atomic counter, instead of DRF's read-change-write of a list.

DRF's own throttle loses counts under concurrency. Here a window is a key that ``incr`` counts; a
cache that is away lets everybody pass: a resident's report is worth more than a limit.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

if TYPE_CHECKING:
    # rest_framework.views imports this class while it is being imported itself.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class Tab:
    """What one process let pass and has not yet told the cache.

    A person who sends two reports a minute need not cost each of them a round trip: a process counts
    up to a twentieth of a limit by itself and then tells the cache all of it at once, so that nobody
    passes more than ``processes * slack`` beyond a limit. A limit under 20 counts exactly.
    """

    SLACK_SHARE, MOST_SLACK, MOST_KEYS = 20, 20, 10_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._untold: dict[str, int] = {}
        self._full: set[str] = set()

    def allows(self, key: str, seconds: int, limit: int) -> bool:
        """Count one of ``key`` (a person, scope and window); False beyond ``limit``."""
        slack = min(limit // self.SLACK_SHARE, self.MOST_SLACK)
        with self._lock:
            if key in self._full:
                return False
            untold = self._untold.pop(key, 0) + 1
            if untold <= slack:
                self._keep(key, untold)
                return True
        if _count(key, seconds, untold) <= limit:
            return True
        with self._lock:
            self._full.add(key)
        return False

    def forget(self) -> None:
        """Count from nothing."""
        with self._lock:
            self._untold.clear()
            self._full.clear()

    def _keep(self, key: str, untold: int) -> None:
        """Note what is untold; keys of windows long over are many after a while, and worthless."""
        if len(self._untold) + len(self._full) > self.MOST_KEYS:
            self._untold.clear()
            self._full.clear()
        self._untold[key] = untold


TAB = Tab()


class CounterThrottle(ScopedRateThrottle):
    """Counts by ``throttle_scope`` of the view and by signed-in person, else by address.

    Rates are ``DEFAULT_THROTTLE_RATES``; the address honours ``NUM_PROXIES`` as DRF does.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; false beyond the rate. ``wait`` is the rest of the window."""
        self.scope = getattr(view, self.scope_attr, None)
        if not self.scope:
            return True
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        if not self.num_requests or not self.duration:
            return True
        now = time.time()
        window = int(now // self.duration)
        self.rest = (window + 1) * self.duration - now
        who = hashlib.sha256(self._person(request).encode()).hexdigest()[:32]
        key = f"throttle:{self.scope}:{who}:{window}"
        return TAB.allows(key, self.duration, self.num_requests)

    def wait(self) -> float:
        """Seconds until the window ends and the counter starts anew."""
        return max(1.0, self.rest)

    def _person(self, request: Request) -> str:
        user = request.user
        return f"u{user.pk}" if user and user.is_authenticated else f"ip{self.get_ident(request)}"


def _count(key: str, seconds: int, more: int) -> int:
    """Add and return the count: one round trip but for the first of a window; 0 on failure."""
    try:
        try:
            return int(cache.incr(key, more))
        except ValueError:
            if cache.add(key, more, timeout=seconds + 1):
                return more
            return int(cache.incr(key, more))
    except (OSError, ValueError) as error:
        logger.warning("throttle_unavailable error=%s", type(error).__name__)
        return 0
