"""The handling limits, kept in the process for a few seconds: every dispatch needs three of them."""

from __future__ import annotations

import time

from dispatch.models import HandlingLimit

FRESH_SECONDS = 5.0


class _Cache:
    rows: tuple[HandlingLimit, ...] | None = None
    loaded_at: float = 0.0


def forget_limits() -> None:
    """Drop this process's copy, so that the next use reads the rows again."""
    _Cache.rows = None


def handling_limits() -> tuple[HandlingLimit, ...]:
    """Return all limits; at most ``FRESH_SECONDS`` old in a process, one query when stale."""
    now = time.monotonic()
    if _Cache.rows is None or now - _Cache.loaded_at > FRESH_SECONDS:
        _Cache.rows = tuple(HandlingLimit.objects.all())
        _Cache.loaded_at = now
    return _Cache.rows
