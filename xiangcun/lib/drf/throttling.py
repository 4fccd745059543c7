"""Fixed-window throttling on one atomic counter, instead of DRF's read-change-write of a list.

DRF's own throttle loses counts under concurrency. Here a window is a key that ``incr`` counts; a
cache that is away lets everybody pass: a resident's report is worth more than a limit.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from xiangcun.lib.clients import address_of, line_of

if TYPE_CHECKING:
    # rest_framework.views imports this class while it is being imported itself.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

DEVICE_HEADER = "HTTP_X_DEVICE_ID"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


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

    def is_full(self, key: str) -> bool:
        """Whether this process knows that the window is full."""
        with self._lock:
            return key in self._full

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
    """Counts by ``throttle_scope`` of the view: by signed-in person, by device and by address.

    Rates are ``DEFAULT_THROTTLE_RATES``, one or several windows (``30/min+300/day``); the strictest
    refuses. Who is signed in has the rate, so has the device they name in ``X-Device-Id`` (any number
    of accounts on one phone are one phone), and their address has ``CROWD`` times as much: a village
    behind one line is not one person. Who is not signed in has the rate by address. The address is the
    one our proxies tell (``NUM_PROXIES``), of IPv6 the network that one line has for itself.
    ``CROWDS`` names scopes in which an address has less: accounts are free, a text message is not.
    """

    CROWD = 30
    CROWDS: Mapping[str, int] = {"sms": 5, "reports": 10}

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; false beyond any rate. ``wait`` is until every full window has ended.

        The shortest windows come first, and one that refuses ends the counting: who knocks too fast
        for a minute does not lose the day by it.
        """
        self.scope = getattr(view, self.scope_attr, None)
        self.rest = 0.0
        if not self.scope:
            return True
        self.rate = self.get_rate()
        now = time.time()
        windows = [
            (f"throttle:{self.scope}:{who}:{seconds}:{int(now // seconds)}", seconds, limit * times)
            for limit, seconds in parse_windows(self.rate)
            for who, times in self._counted(request)
        ]
        if all(TAB.allows(*window) for window in windows):
            return True
        full = (seconds for key, seconds, _limit in windows if TAB.is_full(key))
        self.rest = max((seconds - now % seconds for seconds in full), default=1.0)
        return False

    def wait(self) -> float:
        """Seconds until every window that is full has ended."""
        return max(1.0, self.rest)

    def get_ident(self, request: Request) -> str:
        """Return the line that the request came by, "" when it has no address."""
        address = address_of(request)
        return line_of(address) if address else ""

    def _counted(self, request: Request) -> list[tuple[str, int]]:
        """Return for whom the request counts (a digest), and how many times the rate each may have."""
        user, device = request.user, device_of(request)
        address = f"ip{self.get_ident(request)}"
        counted = [(address, 1)]
        if user is not None and user.is_authenticated:
            counted = [(f"u{user.pk}", 1), (address, self.CROWDS.get(self.scope or "", self.CROWD))]
            counted += [(f"d{device}", 1)] if device else []
        return [(hashlib.sha256(who.encode()).hexdigest()[:32], times) for who, times in counted]


@lru_cache(maxsize=64)
def parse_windows(rate: str | None) -> tuple[tuple[int, int], ...]:
    """Return (limit, seconds) of every window of ``30/min+300/day``, the shortest first."""
    if not rate:
        return ()
    parts = (part.split("/") for part in rate.split("+"))
    found = ((int(limit), _SECONDS[period[0]]) for limit, period in parts)
    return tuple(sorted(found, key=lambda window: window[1]))


def device_of(request: HttpRequest | Request) -> str:
    """Return the device the client says it is, a UUID in its usual spelling; "" for anything else."""
    try:
        return str(uuid.UUID(request.META.get(DEVICE_HEADER, "")))
    except ValueError:
        return ""


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
