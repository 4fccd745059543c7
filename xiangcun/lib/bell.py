"""Ring a task. The row is the truth: a bell that fails is logged and forgotten.

A request never waits for a broker: :func:`ring` puts the message on a bounded queue of this process
and a daemon thread publishes it. With the broker away the thread leaves it alone for a few seconds
after each failure; what does not fit is dropped, and the beat sweep finds every row whose bell was
lost.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
from functools import partial
from time import monotonic, sleep
from typing import NamedTuple

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

from xiangcun.lib.breaker import Breaker

logger = logging.getLogger(__name__)

CAPACITY = 10_000
PAUSE_SECONDS = 3.0
FLUSH_SECONDS = 2.0


class _Message(NamedTuple):
    task_name: str
    args: tuple[int | str, ...]


class Bell:
    """The queue and the thread of one process. ``dropped`` counts bells that were not rung."""

    def __init__(self, *, capacity: int = CAPACITY, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._capacity = capacity
        self._breaker = Breaker(pause_seconds)
        self._lock = threading.Lock()
        self._pid = 0
        self._queue: queue.Queue[_Message] = queue.Queue(capacity)
        self.dropped = 0

    def put(self, message: _Message) -> None:
        """Queue the message; never blocks, never raises."""
        self._start()
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self.dropped += 1

    def flush(self, seconds: float) -> bool:
        """Wait until everything queued was tried, at most ``seconds``; True when it was."""
        until = monotonic() + seconds
        while self._queue.unfinished_tasks and monotonic() < until:
            sleep(0.01)
        return not self._queue.unfinished_tasks

    def reset(self) -> None:
        """Forget that the broker was away."""
        self._breaker.reset()
        self.dropped = 0

    def forget_parent(self) -> None:
        """Begin anew in a forked child: no thread runs here, and a lock may be held for ever."""
        self._lock = threading.Lock()
        self._queue = queue.Queue(self._capacity)
        self._pid = 0

    def _start(self) -> None:
        """Start the thread with the first message of each process."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            threading.Thread(target=self._run, name="bell", daemon=True).start()
            self._pid = os.getpid()
            atexit.register(self.flush, FLUSH_SECONDS)

    def _run(self) -> None:
        while True:
            message = self._queue.get()
            try:
                self._publish(message)
            except Exception:
                # The boundary of the thread: whatever is wrong with one message, the next must
                # still be rung, or this process would stay silent until it is restarted.
                self.dropped += 1
                logger.exception("bell_failed task=%s", message.task_name)
            finally:
                self._queue.task_done()

    def _publish(self, message: _Message) -> None:
        if self._breaker.is_open:
            self.dropped += 1
            return
        try:
            send_now(*message)
        except (OperationalError, ChannelError, OSError) as error:
            self._breaker.trip()
            self.dropped += 1
            logger.warning("bell_lost task=%s error=%s", message.task_name, type(error).__name__)


BELL = Bell()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=BELL.forget_parent)


def send_now(task_name: str, args: tuple[int | str, ...]) -> None:
    """Publish in this thread without retries; raises what the broker raises."""
    current_app.send_task(task_name, args=args, retry=False, ignore_result=True)


def ring(task_name: str, *args: int | str) -> None:
    """Ring ``task_name`` with ids; returns at once whatever the broker does."""
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        current_app.tasks[task_name].apply(args=args)
        return
    BELL.put(_Message(task_name, args))


def ring_on_commit(task_name: str, *args: int | str) -> None:
    """Ring once the current transaction has committed (at once outside of one)."""
    transaction.on_commit(partial(ring, task_name, *args), robust=True)
