"""Ring a task after commit. The row is the truth: a bell that fails is logged and forgotten.

With the broker away a request must answer as fast as ever, so nothing here waits: one attempt with
a short connect time-out, and for a few seconds after a failure no attempt at all. The beat sweep
finds every row whose bell was lost.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from xiangcun.lib.breaker import Breaker

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 3.0
BREAKER = Breaker(PAUSE_SECONDS)


def ring(task_name: str, *args: int | str) -> None:
    """Send the task ``task_name`` with ids ``args`` once the current transaction has committed."""
    transaction.on_commit(partial(ring_now, task_name, *args), robust=True)


def ring_now(task_name: str, *args: int | str) -> bool:
    """Send at once; False when the broker could not be reached or is being left alone."""
    if BREAKER.is_open:
        return False
    try:
        send(task_name, args)
    except (OperationalError, OSError) as error:
        BREAKER.trip()
        logger.warning("bell_lost task=%s error=%s", task_name, type(error).__name__)
        return False
    return True


def send(task_name: str, args: tuple[Any, ...]) -> None:
    """Publish without retries; the routes of ``CELERY_TASK_ROUTES`` apply by name."""
    current_app.send_task(task_name, args=args, retry=False, ignore_result=True)
