"""A broker that goes away in the middle of the work: the worker comes back by itself.

The worker of ``make run`` talks to the real Redis through a proxy that this test cuts. What it holds
unacknowledged at that moment cannot be acknowledged any more; a worker that did not notice would
never ask for a message again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from redis import Redis

from xiangcun.heartbeat import KEY
from xiangcun.lib.caches import ForgivingRedisCache
from xiangcun.serve import child_commands

PREFIX = "xiangcun"
SLOW_TASKS = 6


class Proxy:
    """Forwards one local port to Redis until it is cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self.port = 0
        self.restore()

    def restore(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        # A closed listener still lets the thread that waits in accept() take one more.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "condition never came true"
        time.sleep(0.1)


def environment(port: int, data_dir: Path) -> dict[str, str]:
    parts = urlsplit(settings.REDIS_URL)
    dropped = ("DATABASE_URL", "DEBUG", "PYTEST_XDIST_WORKER")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    url = f"redis://127.0.0.1:{port}{parts.path}"
    return {**kept, "REDIS_URL": url, "XIANGCUN_DATA": str(data_dir), "LOG_LEVEL": "WARNING"}


def send(name: str, *args: float, count: int = 1, data_dir: Path) -> None:
    """Ring from a process of its own, straight to Redis: this one's keys have another prefix."""
    port = urlsplit(settings.REDIS_URL).port or 6379
    code = (
        "from xiangcun.celery import app\n"
        f"for _ in range({count}): app.send_task({name!r}, args={list(args)!r})"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment(port, data_dir),
        check=True,
    )


@pytest.fixture
def _clean_keys() -> Iterator[None]:
    def clean() -> None:
        with Redis.from_url(settings.REDIS_URL) as redis:
            for key in redis.scan_iter(f"{PREFIX}:*"):
                redis.delete(key)

    clean()
    yield
    clean()


@pytest.mark.usefixtures("_clean_keys")
def test_a_worker_goes_on_after_the_broker_was_away(tmp_path: Path) -> None:
    parts = urlsplit(settings.REDIS_URL)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 6379))
    cache = ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": PREFIX})
    command = next(
        child.command for child in child_commands("127.0.0.1", 1) if child.name == "worker"
    )
    worker = subprocess.Popen(
        [*command, "-I", "tests.chaos.slow_task"],
        cwd=settings.BASE_DIR,
        env=environment(proxy.port, tmp_path),
        start_new_session=True,
    )
    try:
        wait_for(lambda: cache.get(KEY) is not None, 40)
        send("tests.sleep", 1.0, count=SLOW_TASKS, data_dir=tmp_path)
        time.sleep(0.5)
        proxy.cut()
        time.sleep(1.5)
        proxy.restore()
        cache.delete(KEY)
        send("xiangcun.heartbeat", data_dir=tmp_path)
        wait_for(lambda: cache.get(KEY) is not None, 40)
        with Redis.from_url(settings.REDIS_URL) as redis:
            wait_for(lambda: redis.llen(f"{PREFIX}:default") == 0, 40)
    finally:
        worker.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, 9)
        worker.wait()
