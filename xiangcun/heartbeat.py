"""The pulse of the background work: beat rings, a worker answers, ``/readyz`` looks at the time.

A fresh pulse proves beat, broker, worker and cache at once; there is nothing else to ask them.
"""

from __future__ import annotations

import time
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.core.cache import cache

KEY = "heartbeat:worker"
EVERY_SECONDS = 10
# Four missed beats: a busy worker may be late by a task or two, a dead one is found in a minute.
STALE_SECONDS = 45


@shared_task(name="xiangcun.heartbeat", ignore_result=True, expires=3 * EVERY_SECONDS)
def heartbeat() -> None:
    """Write the time of this beat."""
    write_heartbeat(time.time())


def write_heartbeat(now: float) -> None:
    """Record that a worker was alive at ``now`` (seconds since the epoch)."""
    cache.set(KEY, now, timeout=3600)


def heartbeat_age(now: float) -> float | None:
    """Return the seconds since the last beat, or None when there was none within the hour."""
    beat = cache.get(KEY)
    return None if beat is None else max(0.0, now - float(beat))


@worker_ready.connect(dispatch_uid="xiangcun.heartbeat")
def write_first_heartbeat(**_kwargs: Any) -> None:
    """A worker that is ready says so without waiting for beat."""
    write_heartbeat(time.time())
