"""The supervisor, with real processes."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from xiangcun.serve import Child, Supervisor, child_commands, port_is_free, welcome

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "condition never came true"
        time.sleep(0.02)


def test_it_works_and_starts_a_dead_child_again() -> None:
    lines: list[str] = []
    supervisor = Supervisor([Child("sleep", SLEEPER)], dict(os.environ), lines.append)
    runner = threading.Thread(target=supervisor.run)
    runner.start()
    try:
        wait_for(lambda: "sleep  | up" in lines)
        first = supervisor.children[0].process
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        wait_for(lambda: lines.count("sleep  | up") == 2)
    finally:
        supervisor.stopping.set()
        runner.join(20)
    assert not runner.is_alive()
    assert any("意外退出（-9）" in line for line in lines)
    process = supervisor.children[0].process
    assert process is not None
    assert process.poll() is not None


def test_it_says_when_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port_is_free("127.0.0.1", port) is False
    assert port_is_free("127.0.0.1", port) is True


def test_it_runs_web_workers_and_beat() -> None:
    assert [child.name for child in child_commands("127.0.0.1", 8000)] == [
        "web",
        "worker",
        "photos",
        "slow",
        "beat",
    ]


def test_every_queue_has_one_worker_and_what_takes_minutes_gives_way() -> None:
    commands = {child.name: child.command for child in child_commands("127.0.0.1", 8000)}
    taken = [
        queue
        for command in commands.values()
        if "-Q" in command
        for queue in command[command.index("-Q") + 1].split(",")
    ]
    assert sorted(taken) == sorted(settings.CELERY_TASK_QUEUES)
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert routed <= set(taken)
    assert commands["slow"][0] == "nice"
    assert "exports" in commands["slow"][commands["slow"].index("-Q") + 1]
    assert settings.CELERY_TASK_ROUTES["dispatch.run_export"] == {"queue": "exports"}


@pytest.mark.parametrize("seeded", [True, False])
def test_it_prints_addresses_and_accounts(tmp_path: Path, seeded: bool) -> None:
    if seeded:
        (tmp_path / "demo_accounts.txt").write_text("dispatcher  pass\n")
    lines: list[str] = []
    welcome("0.0.0.0", 8123, tmp_path, lines.append)
    assert any("http://127.0.0.1:8123/admin/" in line for line in lines)
    assert ("dispatcher  pass" in lines) is seeded
