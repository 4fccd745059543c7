"""List, counters, search and export at 1,000 and at 100,000 tickets, on SQLite and PostgreSQL.

``python bench/export.py [--many N] [--engines sqlite,postgres] [--only-files]``. Every step is a process of its own,
so that the peak memory is that of the step. What matters are the ratios of one run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_name("_tools.py")
DATABASE = "bench_export"
FEW = 1000
FORMS = ("xlsx", "csv")


@contextlib.contextmanager
def database(engine: str) -> Iterator[dict[str, str]]:
    """Yield the environment of an empty, seeded database."""
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        kept = {n: v for n, v in os.environ.items() if n not in {"DATABASE_URL", "REDIS_URL"}}
        environment = {**kept, "XIANGCUN_DATA": folder, "LOG_LEVEL": "ERROR", "DEBUG": "1"}
        if engine == "postgres":
            environment["DATABASE_URL"] = _recreate()
        for command in (["migrate", "-v0"], ["seed_township"]):
            _call([sys.executable, "manage.py", *command], environment)
        yield environment
        if engine == "postgres":
            _drop()


def _server() -> Any:
    from bench._stack import POSTGRES  # noqa: PLC0415 - needs the clients of PostgreSQL and Redis

    return urlsplit(POSTGRES)


def _drop() -> None:
    import psycopg  # noqa: PLC0415 - only for this engine

    admin = _server()._replace(path="/postgres").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _recreate() -> str:
    import psycopg  # noqa: PLC0415 - only for this engine

    _drop()
    admin = _server()._replace(path="/postgres").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return str(_server()._replace(path=f"/{DATABASE}").geturl())


def _call(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def step(environment: dict[str, str], name: str, count: int) -> dict[str, Any]:
    """Run one step in its own process and return what it printed."""
    text = _call([sys.executable, str(SCRIPT), name, str(count)], environment).strip()
    found: dict[str, Any] = json.loads(text.splitlines()[-1]) if text else {}
    return found


def measure(engine: str, many: int, *, only_files: bool) -> None:
    """Print the figures of one engine."""
    with database(engine) as environment:
        step(environment, "fill", FEW)
        few = {} if only_files else step(environment, "pages", 0)
        step(environment, "fill", many - FEW)
        most = {} if only_files else step(environment, "pages", 0)
        files = [
            [step(environment, form, count) for count in (FEW, many // 10, many)] for form in FORMS
        ]
    print(f"\n{engine:<38}{f'ms at {FEW}':>12}{f'ms at {many}':>14}{'ratio':>8}")
    for name, before in few.items():
        print(f"{name:<38}{before:>12}{most[name]:>14}{most[name] / before:>8.2f}")
    for rows in files:
        for row in rows:
            print(f"export {row}")
        more = rows[-1]["grown_mb"] - rows[-2]["grown_mb"]
        print(f"memory {many} rows / {many // 10} rows: +{more:.1f} MB")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--only-files", action="store_true", help="exports, no pages")
    args = parser.parse_args()
    for engine in args.engines.split(","):
        measure(engine, args.many, only_files=args.only_files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
