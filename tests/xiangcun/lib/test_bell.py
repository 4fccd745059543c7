"""Bells: a request never waits for a broker, and a broker that is back is rung again."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.db import transaction
from pytest_django import Settings

from tests.xiangcun.lib.test_caches import free_port
from xiangcun.lib import bell
from xiangcun.lib.bell import Bell, _Message
from xiangcun.lib.filebroker import broker_options

SECONDS = 20.0
"""A bound for what must happen at all, never a measure of how fast."""


def file_app(folder: Path) -> Celery:
    app = Celery("bell-test", set_as_current=False, broker="filesystem://localhost//")
    app.conf.broker_transport = "xiangcun.lib.filebroker:Transport"
    app.conf.broker_transport_options = broker_options(folder)
    app.conf.task_default_queue = "default"
    return app


def redis_app(port: int) -> Celery:
    app = Celery("bell-test", set_as_current=False, broker=f"redis://127.0.0.1:{port}/0")
    app.conf.broker_connection_timeout = 0.5
    app.conf.broker_transport_options = {
        "socket_connect_timeout": 0.5, "socket_timeout": 5, "max_retries": 1, "interval_start": 0,
        "interval_step": 0, "retry_on_timeout": False,
    }  # fmt: skip
    return app


@pytest.fixture
def use_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Celery], None]]:
    used: list[Celery] = []

    def use(app: Celery) -> None:
        used.append(app)
        monkeypatch.setattr(bell, "current_app", app)

    yield use
    for app in used:
        app.close()


def queued(folder: Path) -> int:
    return len(list((folder / "queue").glob("*.default.msg")))


def put(one: Bell, count: int) -> None:
    for number in range(count):
        one.put(_Message("example", (number,)))


def test_it_works(tmp_path: Path, use_app: Callable[[Celery], None]) -> None:
    use_app(file_app(tmp_path))
    one = Bell()
    put(one, 5)
    assert one.flush(SECONDS)
    assert (queued(tmp_path), one.dropped) == (5, 0)


def test_it_drops_bells_while_the_broker_is_away(use_app: Callable[[Celery], None]) -> None:
    use_app(redis_app(free_port()))
    one = Bell(pause_seconds=60)
    put(one, 200)
    assert one.flush(SECONDS)
    assert one.dropped == 200
    assert one._breaker.is_open


def test_it_neither_blocks_nor_grows_while_the_broker_hangs(
    use_app: Callable[[Celery], None],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_app(redis_app(silent.getsockname()[1]))
        one = Bell(capacity=5, pause_seconds=60)
        put(one, 1)
        connection, _address = silent.accept()
        put(one, 100)
        # One message is with the broker that does not answer, five wait, the rest is gone.
        assert (one._queue.qsize(), one.dropped) == (5, 95)
        assert not one.flush(0)
        connection.close()
    assert one.flush(SECONDS)


def test_it_rings_again_when_the_broker_is_back(
    tmp_path: Path, use_app: Callable[[Celery], None]
) -> None:
    use_app(file_app(tmp_path))
    one = Bell(pause_seconds=0)
    shutil.rmtree(tmp_path / "queue")
    put(one, 3)
    assert one.flush(SECONDS)
    assert one.dropped == 3

    (tmp_path / "queue").mkdir()
    put(one, 2)
    assert one.flush(SECONDS)
    assert (queued(tmp_path), one.dropped) == (2, 3)


def test_it_survives_a_message_that_cannot_be_sent(
    tmp_path: Path, use_app: Callable[[Celery], None]
) -> None:
    use_app(file_app(tmp_path))
    one = Bell()
    one.put(_Message("example", (object(),)))  # type: ignore[arg-type]
    put(one, 1)
    assert one.flush(SECONDS)
    assert (queued(tmp_path), one.dropped) == (1, 1)


def test_it_forgets_that_the_broker_was_away() -> None:
    one = Bell(pause_seconds=60)
    one._breaker.trip()
    one.dropped = 4
    one.reset()
    assert (one._breaker.is_open, one.dropped) == (False, 0)


def test_it_runs_the_task_at_once_when_told_to(
    settings: Settings, use_app: Callable[[Celery], None]
) -> None:
    ran: list[int] = []
    app = Celery("bell-eager", set_as_current=False)

    @app.task(name="example")
    def example(number: int) -> None:
        ran.append(number)

    use_app(app)
    settings.CELERY_TASK_ALWAYS_EAGER = True
    bell.ring("example", 7)
    assert ran == [7]


@pytest.mark.django_db(transaction=True)
def test_it_rings_after_the_commit_and_not_after_a_rollback(
    tmp_path: Path, use_app: Callable[[Celery], None]
) -> None:
    use_app(file_app(tmp_path))
    with transaction.atomic():
        bell.ring_on_commit("example", 1)
        assert bell.BELL.flush(SECONDS)
        assert queued(tmp_path) == 0
    assert bell.BELL.flush(SECONDS)
    assert queued(tmp_path) == 1

    with transaction.atomic():
        bell.ring_on_commit("example", 2)
        transaction.set_rollback(True)
    assert bell.BELL.flush(SECONDS)
    assert queued(tmp_path) == 1


PRELUDE = """
import os, sys
from pathlib import Path
from django.conf import settings
settings.configure()
from celery import Celery
from xiangcun.lib import bell
from xiangcun.lib.filebroker import broker_options
app = Celery("bell-test", broker="filesystem://localhost//")
app.conf.broker_transport = "xiangcun.lib.filebroker:Transport"
app.conf.broker_transport_options = broker_options(Path(sys.argv[1]))
app.conf.task_default_queue = "default"
app.set_default()
"""
FORK = """
bell.ring("example", 1)
assert bell.BELL.flush(20)
bell.BELL._lock.acquire()
child = os.fork()
if child == 0:
    bell.ring("example", 2)
    os._exit(0 if bell.BELL.flush(20) else 1)
assert os.waitpid(child, 0)[1] == 0
"""


def run(program: str, folder: Path) -> None:
    """Run a program of its own: forks and exits are no matter for the process of the tests."""
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-W", "ignore", "-c", PRELUDE + program, str(folder)]
    subprocess.run(command, cwd=root, check=True, timeout=60)


def test_it_rings_in_a_forked_child(tmp_path: Path) -> None:
    run(FORK, tmp_path)
    assert queued(tmp_path) == 2


def test_it_rings_what_is_queued_before_the_process_ends(tmp_path: Path) -> None:
    run("for number in range(20): bell.ring('example', number)", tmp_path)
    assert queued(tmp_path) == 20
