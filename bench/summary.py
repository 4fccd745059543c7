"""The data summary over one year of 10,000, 100,000 and 1,000,000 tickets, side by side.

    .venv/bin/python bench/summary.py [--engine postgres] [--sizes 10000,100000,1000000] [--rounds 40] [--days 70]

A township of each size runs at once and they are asked in turn, so that a ratio does not depend on
what else the machine does. All sizes lie in the same year: the larger one is the denser. Ledger lines
are written as rows with hashes that are not real; the rollups are counted from them by the real code.
SQLite runs up to 100,000. ``--database`` is the prefix of the databases made and dropped. Counting
the year of 1,000,000 takes most of an hour: with ``--days 70`` only so many days are counted, all that
the cockpit of a month looks at.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parent.parent
SCRIPT, TOOLS = ROOT / "bench" / "_summary.py", ROOT / "bench" / "_tools.py"
SIZES = (10_000, 100_000, 1_000_000)
MOST_SQLITE, EXPORTED, FOLDS = 100_000, 100_000, 60


class Township:
    """One process with so many tickets."""

    def __init__(self, environment: Mapping[str, str], count: int) -> None:
        self.count, self._environment = count, dict(environment)
        for command in (["migrate", "-v0"], ["seed_township"], ["collectstatic", "--noinput"]):
            self._run([sys.executable, "manage.py", *command])
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(count)],
            cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.filled: dict[str, float] = self._answer()

    def ask(self, what: str) -> Any:
        """Let the township do something and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return self._answer()

    def export(self, rows: int, form: str) -> dict[str, Any]:
        """Write an export in a process of its own; return its figures."""
        text = self._run([sys.executable, str(TOOLS), form, str(rows)])
        found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
        return found

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the township of {self.count} has ended")
        return json.loads(line)


@contextlib.contextmanager
def environments(engine: str, prefix: str, sizes: list[int]) -> Iterator[list[dict[str, str]]]:
    """Give an empty township's environment for each size, and remove what they leave."""
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        kept = {n: v for n, v in os.environ.items() if n not in {"DATABASE_URL", "REDIS_URL"}}
        base = {
            **kept, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT), "DB_STATEMENT_TIMEOUT_MS": "0",
            "DJANGO_SETTINGS_MODULE": "xiangcun.settings", "STATIC_ROOT": f"{folder}/static",
        }  # fmt: skip
        own = [{**base, "XIANGCUN_DATA": f"{folder}/{size}"} for size in sizes]
        if engine == "sqlite":
            yield own
            return
        with databases([f"{prefix}_{size}" for size in sizes]) as urls:
            yield [{**row, "DATABASE_URL": url} for row, url in zip(own, urls, strict=True)]


@contextlib.contextmanager
def databases(names: list[str]) -> Iterator[list[str]]:
    """Make the databases anew and drop them at the end."""
    import psycopg  # noqa: PLC0415 - PostgreSQL alone

    from bench._stack import POSTGRES  # noqa: PLC0415 - needs its client

    parts = urlsplit(POSTGRES)
    admin = parts._replace(path="/postgres").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield [str(parts._replace(path=f"/{name}").geturl()) for name in names]
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            for name in names:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def share(values: list[float], part: float) -> float:
    """Return the value below which ``part`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measure(engine: str, prefix: str, sizes: list[int], rounds: int, days: int) -> None:
    """Print the figures of one engine."""
    with environments(engine, prefix, sizes) as places:
        townships: list[Township] = []
        try:
            for place, size in zip(places, sizes, strict=True):
                townships.append(Township(place, size))
                told = townships[-1].filled
                print(f"{engine} {size}: {told['lines']} lines written in {told['seconds']} s")
                built = townships[-1].ask(f"rebuild {days}")
                speed = built["events"] / max(built["seconds"], 0.1)
                share_of = f"of {days} days" if days else f"of the year, {speed:.0f} lines/s"
                print(f"  rebuild {share_of}: {built}", flush=True)
            _pages(townships, rounds)
            _folds(townships)
            _exports(townships)
        finally:
            for township in townships:
                township.stop()


def _pages(townships: list[Township], rounds: int) -> None:
    for township in townships:
        township.ask("pages")
    seen = [[township.ask("pages") for township in townships] for _ in range(rounds)]
    print(f"{'p95 (p50) ms':<28}" + "".join(f"{t.count:>18}" for t in townships) + "   ratio")
    for page in seen[0][0]:
        columns = [[row[index][page][0] for row in seen] for index in range(len(townships))]
        tails = [share(column, 0.95) for column in columns]
        shown = "".join(
            f"{f'{tail:.1f} ({share(column, 0.5):.1f})':>18}"
            for tail, column in zip(tails, columns, strict=True)
        )
        middle = share(columns[-1], 0.5) / share(columns[0], 0.5)
        statements = seen[-1][-1][page][1]
        ratio = f"{tails[-1] / tails[0]:.2f} ({middle:.2f})"
        print(f"{page:<28}{shown}   {ratio}  {statements} SQL", flush=True)


def _folds(townships: list[Township]) -> None:
    """Count one event at a time, in turn."""
    for township in townships:
        township.ask("fold")
    # Each takes one of the tickets that wait to be signed, a fortieth of all.
    times = min(FOLDS, townships[0].count // 80)
    seen = [[float(township.ask("fold")) for township in townships] for _ in range(times)]
    for index, township in enumerate(townships):
        spent = [row[index] for row in seen]
        print(
            f"one event, {township.count}: p50 {share(spent, 0.5):.1f} p95 {share(spent, 0.95):.1f} ms"
        )


def _exports(townships: list[Township]) -> None:
    """Export as many rows as there may be, and a tenth: the memory must not follow."""
    largest = townships[-1]
    rows = min(EXPORTED, largest.count)
    for form in ("xlsx", "csv"):
        for count in (rows // 10, rows):
            print(f"export from {largest.count}: {largest.export(count, form)}", flush=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--database", default=f"xiangcun_bench_summary_{os.getpid()}")
    options = parser.parse_args()
    sizes = sorted(int(text) for text in options.sizes.split(","))
    for engine in (options.engine,) if options.engine else ("sqlite", "postgres"):
        chosen = [size for size in sizes if engine == "postgres" or size <= MOST_SQLITE]
        measure(engine, options.database, chosen, options.rounds, options.days)
    return 0


if __name__ == "__main__":
    sys.exit(main())
