"""Fixed-window throttling on one atomic counter, instead of DRF's read-change-write of a list.

DRF's own throttle loses counts under concurrency. Here a window is a key that ``incr`` counts; a
cache that is away lets everybody pass: a resident's report is worth more than a limit.
"""

from __future__ import annotations

import hashlib
import logging
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

if TYPE_CHECKING:
    # rest_framework.views imports this class while it is being imported itself.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


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
        return _count(key, self.duration) <= self.num_requests

    def wait(self) -> float:
        """Seconds until the window ends and the counter starts anew."""
        return max(1.0, self.rest)

    def _person(self, request: Request) -> str:
        user = request.user
        return f"u{user.pk}" if user and user.is_authenticated else f"ip{self.get_ident(request)}"


def _count(key: str, seconds: int) -> int:
    """Add one and return the count: one round trip but for the first of a window; 0 on failure."""
    try:
        try:
            return int(cache.incr(key))
        except ValueError:
            if cache.add(key, 1, timeout=seconds + 1):
                return 1
            return int(cache.incr(key))
    except (OSError, ValueError) as error:
        logger.warning("throttle_unavailable error=%s", type(error).__name__)
        return 0
