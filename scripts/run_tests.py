#!/usr/bin/env python3
"""Run the test suite once per engine: SQLite, then PostgreSQL + Redis when they can be reached.

``CI=true`` makes the absence of an engine a failure. The end-to-end tests run once, with the first
engine; what the engine makes no difference to (``once``) runs with the last. Arguments go to pytest
(then only ``XIANGCUN_TEST_ENGINE``, default sqlite, is run).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

POSTGRES = "postgres://postgres@127.0.0.1:5432/test"
REDIS = "redis://127.0.0.1:6379/9"
# Two processes: the suite is bound by the processor, and by the memory of a small machine after that.
WORKERS = ("-n", "2", "--dist", "worksteal")
E2E = "tests/e2e"
# A township and a browser each; a file stays with its township, whose cases it knows.
BROWSERS = ("-n", "2", "--dist", "loadfile")


def reachable(url: str, default_port: int) -> bool:
    """Return True when something listens there."""
    parts = urlsplit(url)
    try:
        with socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2
        ):
            return True
    except OSError:
        return False


def clean_environment(data_dir: str) -> dict[str, str]:
    """Return the environment without the settings of whatever this shell was configured for."""
    dropped = ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS",
               "WECHAT_APPID", "WECHAT_H5_APPID", "WECHAT_PUSH_TOKEN", "GUEST_LOGIN")  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**environment, "XIANGCUN_DATA": data_dir}


def run(engine: str, arguments: list[str], urls: dict[str, str]) -> int:
    """Run pytest with one engine in its own data folder; return its exit status (5: no tests)."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xiangcun-test-") as data_dir:
        environment = {**clean_environment(data_dir), **urls, "XIANGCUN_TEST_ENGINE": engine}
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        status = subprocess.run(command, env=environment, check=False).returncode
    sys.stdout.write(f"[{engine}] exit {status} in {time.monotonic() - started:.0f} s\n\n")
    sys.stdout.flush()
    return status


def run_browsers() -> int:
    """Run the browser tests; those that failed once more by themselves, in a township nobody has been to.

    Two browsers and two townships on two processors keep people's time badly, and which file meets
    whose cases is chance. What fails alone as well has failed.
    """
    status = run("sqlite, browser", [*BROWSERS, E2E], {})
    return (
        run("sqlite, browser, again", ["--lf", "--lfnf=none", E2E], {}) if status == 1 else status
    )


def main(arguments: list[str]) -> int:
    """Run every engine; non-zero when one failed or is required and absent."""
    ci = os.environ.get("CI", "").lower() in {"1", "true"}
    servers = {
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", POSTGRES),
        "REDIS_URL": os.environ.get("TEST_REDIS_URL", REDIS),
    }
    if arguments:
        engine = os.environ.get("XIANGCUN_TEST_ENGINE", "sqlite")
        return run(engine, arguments, servers if engine == "postgres" else {})
    missing = [
        name
        for name, port in (("DATABASE_URL", 5432), ("REDIS_URL", 6379))
        if not reachable(servers[name], port)
    ]
    # The schema from the models: the browsers' townships and the other engine go through the migrations.
    shared = [] if missing else ["-m", "not once"]
    statuses = [
        run("sqlite", [*WORKERS, "--nomigrations", *shared, "tests", f"--ignore={E2E}"], {})
    ]
    if os.path.isdir(E2E):  # noqa: PTH112 - one call in a script without pathlib
        statuses.append(run_browsers())
    if not missing:
        statuses.append(run("postgres", [*WORKERS, "tests", f"--ignore={E2E}"], servers))
    else:
        sys.stdout.write(f"PostgreSQL/Redis not reachable ({', '.join(missing)}): not tested\n")
        statuses.append(1 if ci else 0)
    return 1 if any(statuses) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
