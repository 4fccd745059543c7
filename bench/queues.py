"""The queue page with 1,000 and with 100,000 tickets, side by side, on SQLite and PostgreSQL.

    .venv/bin/python bench/queues.py [--many 100000] [--rounds 15]

Two townships of the same shape run at once and are asked in turn, so that the ratio does not
depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._stack import POSTGRES, ROOT

SCRIPT = ROOT / "bench" / "_queues.py"
FEW = 1000
Figures = dict[str, tuple[float, int, int]]


class Township:
    """A process that serves rounds of page views."""

    def __init__(self, environment: Mapping[str, str], count: int) -> None:
        for command in (["migrate", "-v0"], ["seed_township"], ["collectstatic", "--noinput"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(count)],
            cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if self._line() != "ready":
            raise RuntimeError("the township did not start")

    def round(self) -> Figures:
        """Look at every page once."""
        if self._process.stdin is None:
            raise RuntimeError("no way in")
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        figures: Figures = json.loads(self._line())
        return figures

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("no way out")
        return self._process.stdout.readline().strip()


def _environment(data_dir: str, database_url: str = "") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    own = {"DATABASE_URL": database_url} if database_url else {}
    return {
        **kept, **own, "XIANGCUN_DATA": data_dir, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "xiangcun.settings", "DB_STATEMENT_TIMEOUT_MS": "0",
        "STATIC_ROOT": f"{data_dir}/static",
    }  # fmt: skip


@contextlib.contextmanager
def environments(engine: str) -> Iterator[list[dict[str, str]]]:
    """Give two empty townships' environments, and remove what they leave."""
    names = [f"xiangcun_bench_queues_{os.getpid()}_{index}" for index in range(2)]
    parts = urlsplit(POSTGRES)
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        folders = [str(Path(folder, name)) for name in names]
        if engine == "sqlite":
            yield [_environment(path) for path in folders]
            return
        import psycopg  # noqa: PLC0415 - PostgreSQL alone

        with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as admin:
            for name in names:
                admin.execute(f"CREATE DATABASE {name}")
            try:
                urls = [parts._replace(path=f"/{name}").geturl() for name in names]
                yield [_environment(path, url) for path, url in zip(folders, urls, strict=True)]
            finally:
                for name in names:
                    admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(engine: str, *, many: int, rounds: int) -> dict[str, tuple[float, float, int, str]]:
    """Return page → (milliseconds with few, with many, statements, rows shown), medians.

    Rows are told because drawing one costs more than finding it: a tab that is nearly empty with few
    tickets and full with many differs by that alone.
    """
    with environments(engine) as (few_env, many_env):
        townships = [Township(few_env, FEW), Township(many_env, many)]
        try:
            for township in townships:
                township.round()
            seen = [[township.round() for township in townships] for _ in range(rounds)]
        finally:
            for township in townships:
                township.stop()
    return {
        page: (
            statistics.median(row[0][page][0] for row in seen),
            statistics.median(row[1][page][0] for row in seen),
            seen[-1][1][page][1],
            "/".join(str(township[page][2]) for township in seen[-1]),
        )
        for page in seen[0][0]
    }


def main() -> int:
    """Measure both engines and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    options = parser.parse_args()
    for engine in (options.engine,) if options.engine else ("sqlite", "postgres"):
        print(f"{engine}: ms at {FEW} and at {options.many} tickets")
        figures = measure(engine, many=options.many, rounds=options.rounds)
        for page, (few, many, statements, rows) in figures.items():
            print(
                f"  {page:<28}{few:>8.1f}{many:>9.1f}  ratio {many / few:.2f}  {statements} SQL"
                f"  {rows} rows"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
