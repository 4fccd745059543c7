"""The production stack on this machine, for one benchmark: its own database, Redis and data folder.

PostgreSQL and Redis are those of the tests (``TEST_DATABASE_URL``, ``BENCH_REDIS_URL``); web and
worker are started exactly as ``xiangcun.serve`` starts them. Everything is removed at the end.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from xiangcun.serve import CHILD_ENVIRONMENT, granian_options

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/10")
DATABASE = f"xiangcun_bench_{os.getpid()}"
START_SECONDS = 40
_CLIENT = re.compile(r"(\(\d+\)|\[local\]) ")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """A running stack; ``environment`` is what its processes (and ``django.setup`` here) need."""

    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_web(self, application: str = "bench._wsgi:application") -> float:
        """Start the web server; return the seconds until it answers."""
        options = granian_options("127.0.0.1", self.port)
        command = [sys.executable, "-m", "granian", *options, application]
        began = time.monotonic()
        self._start("web", command)
        return self._until_up(began)

    def start_supervised(self) -> float:
        """Start everything as ``make run`` does, under the supervisor; return the seconds."""
        began = time.monotonic()
        self.environment |= {"PORT": str(self.port), "HOST": "127.0.0.1"}
        self._start("serve", [sys.executable, "-m", "xiangcun.serve"])
        return self._until_up(began)

    def _until_up(self, began: float) -> float:
        while time.monotonic() - began < START_SECONDS:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", "/healthz", headers={"Host": "localhost"})
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return time.monotonic() - began
            time.sleep(0.05)
        raise TimeoutError("the web server did not start")

    def start_worker(self, *, beat: bool = True) -> None:
        """Start the Celery workers (one child each) and, by default, beat."""
        celery = [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "xiangcun"]
        quiet = ["-l", "WARNING"]
        worker = [*celery, "worker", "--without-gossip", "--without-mingle", *quiet]
        self._start("worker", [*worker, "-Q", "default", "-n", "default@%h"])
        self._start(
            "photos",
            [*worker, "-Q", "photos,training,outbox,exports", "-n", "photos@%h", "-c", "1"],
        )
        if beat:
            self._start("beat", [*celery, "beat", "--pidfile=", *quiet])

    def stop(self, *names: str) -> None:
        """Stop the named processes (all without names) and their children."""
        for name in names or tuple(self.processes):
            process = self.processes.pop(name)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(8)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()

    def family(self, name: str) -> list[psutil.Process]:
        """Return the named process and its descendants."""
        parent = psutil.Process(self.processes[name].pid)
        return [parent, *parent.children(recursive=True)]

    def _start(self, name: str, command: list[str]) -> None:
        log = Path(self.environment["XIANGCUN_DATA"], f"{name}.log").open("ab")  # noqa: SIM115 - lives with the child
        self.processes[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )


def production_environment(data_dir: str, database_url: str, redis_url: str) -> dict[str, str]:
    """Return the strict production mode's environment, without TLS in front."""
    return {
        **os.environ,
        **CHILD_ENVIRONMENT,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "xiangcun.settings",
        "XIANGCUN_DATA": data_dir,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "LEDGER_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "WECHAT_APPID": "wx-bench",
        "WECHAT_SECRET": "bench",
        "SECURE_SSL_REDIRECT": "0",
        "LOG_LEVEL": "WARNING",
        "THROTTLE_SCALE": "100000",
    }


@contextlib.contextmanager
def stack(redis_url: str = REDIS) -> Iterator[Stack]:
    """Make a database, migrate and seed it, and clean everything up afterwards."""
    import redis as redis_client  # noqa: PLC0415 - needed only here

    parts = urlsplit(POSTGRES)
    admin = parts._replace(path="/postgres").geturl()
    data_dir = tempfile.mkdtemp(prefix="xiangcun-bench-")
    environment = production_environment(
        data_dir, parts._replace(path=f"/{DATABASE}").geturl(), redis_url
    )
    running = Stack(environment)
    try:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        with contextlib.suppress(redis_client.RedisError):
            redis_client.Redis.from_url(redis_url).flushdb()
        for command in (["migrate", "-v0"], ["seed_township"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        yield running
    finally:
        running.stop()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        shutil.rmtree(data_dir, ignore_errors=True)


def setup_django(environment: dict[str, str]) -> None:
    """Load Django in this process against the stack's database."""
    import django  # noqa: PLC0415 - after the environment

    os.environ.update(environment)
    sys.path.insert(0, str(ROOT))
    django.setup()


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Return user + system seconds of the processes so far."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def database_processes() -> list[psutil.Process]:
    """Return PostgreSQL's processes but for those that serve others' databases.

    A backend's title names its database and its client; on a remote server there is none to see.
    """
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        title = " ".join(process.info["cmdline"] or ())
        serves = _CLIENT.search(title)
        if process.info["name"] == "postgres" and (serves is None or f" {DATABASE} " in title):
            found.append(process)
    return found
