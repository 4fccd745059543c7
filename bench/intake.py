"""Intake: ``POST /api/v1/reports`` beside an empty Django view and a bare raw-psycopg view.

Same server (granian, 2 workers), same PostgreSQL and Redis, kept connections, interleaved rounds; the
load comes from ``wrk`` (Debian package). Prints reports/s, p50/p95 in milliseconds, CPU milliseconds a
request (web + database) and the ratios, then the SQL statements of one created report.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._stack import Stack, cpu_seconds, database_processes, setup_django, stack

ROUNDS = 3
SECONDS = 5
CONNECTIONS = 8
TEXT = "村口第二根电线杆下面的垃圾堆了三天没有人清运，天热味道很大，路过的老人小孩都绕着走，请尽快处理。"
PATHS = {"empty": "/bench/empty", "raw": "/bench/raw", "reports": "/api/v1/reports"}


@dataclass(frozen=True)
class Round:
    """One run of wrk: requests/s, p50 and p95 in ms, CPU-ms a request, failed requests."""

    rate: float
    p50: float
    p95: float
    cpu_ms: float
    bad: int


def body(client_id: str = "CLIENT_ID") -> dict[str, object]:
    """Return a report as a phone sends it."""
    location = {
        "lat": 30.3121,
        "lng": 120.5049,
        "coord_type": "gcj02",
        "accuracy": 12,
        "source": "gps",
        "address": "",
    }
    return {
        "client_id": client_id,
        "kind": "problem",
        "text": TEXT,
        "location": location,
        "photos": [],
        "anonymous": False,
        "repeat_ok": True,  # one resident sends them all: the look for repetitions is left out
    }


def login() -> str:
    """Make a resident and return a token."""
    from knox.models import get_token_model  # noqa: PLC0415 - after django.setup

    from reports.models import Resident  # noqa: PLC0415

    resident = Resident.objects.create(openid=f"bench-{uuid.uuid4()}")
    return str(get_token_model().objects.create(user=resident)[1])


def run_wrk(
    running: Stack, path: str, token: str, body_file: str, *, seconds: int = SECONDS
) -> Round:
    """Load one path and account for the CPU of web and database."""
    servers = [*running.family("web"), *database_processes()]
    before = cpu_seconds(servers)
    script = Path(__file__).with_name("_post.lua")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script)]
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{running.port}{path}"],
        env={**os.environ, "BENCH_TOKEN": token, "BENCH_BODY": body_file},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    count, bad, duration, p50, p95 = (float(part) for part in line.split()[1:])
    # A backend that started during the round is counted from its birth.
    after = cpu_seconds([*running.family("web"), *database_processes()])
    return Round(count / duration, p50, p95, 1000 * (after - before) / max(count, 1), int(bad))


def count_statements(token: str) -> dict[str, int]:
    """Return the SQL statements of one created report, without and with three photos."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from reports.models import Photo, Resident  # noqa: PLC0415

    resident = Resident.objects.latest("pk")
    photos = [
        Photo.objects.create(
            resident=resident, sha256=uuid.uuid4().hex * 2, mime="image/jpeg", size=1, width=4, height=3,
            original="x", created_at=timezone.now(),
        )
        for _ in range(3)
    ]  # fmt: skip
    client = Client(headers={"authorization": f"Bearer {token}"})
    counts = {}
    for name, ids in (
        ("warm-up", []),
        ("no photo", []),
        ("3 photos", [str(photo.pk) for photo in photos]),
    ):
        data = {**body(str(uuid.uuid4())), "photos": ids}
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(
                "/api/v1/reports", json.dumps(data), content_type="application/json"
            )
        if answer.status_code != 201:
            raise RuntimeError(answer.content.decode())
        counts[name] = len(queries)
    return counts


def main() -> int:
    """Run and print."""
    if shutil.which("wrk") is None:
        print("bench/intake.py needs wrk (apt-get install wrk)")
        return 1
    with stack() as running, tempfile.NamedTemporaryFile("w", suffix=".json") as body_file:
        setup_django(running.environment)
        json.dump(body(), body_file, ensure_ascii=False)
        body_file.flush()
        token = login()
        started = running.start_web()
        results: dict[str, list[Round]] = {name: [] for name in PATHS}
        for path in PATHS.values():
            run_wrk(running, path, token, body_file.name, seconds=2)
        for _ in range(ROUNDS):
            for name, path in PATHS.items():
                results[name].append(run_wrk(running, path, token, body_file.name))
        report(results)
        statements = count_statements(token)
        print(
            f"SQL statements a created report: {statements['no photo']}, with 3 photos {statements['3 photos']}"
        )
        print(f"web start to first answer: {started:.1f} s")
        for process in running.family("web")[1:]:
            print(f"web worker memory after the load: {process.memory_info().rss / 1e6:.0f} MB")
    return 0


def report(results: dict[str, list[Round]]) -> None:
    """Print the medians and the ratios."""
    middle = {
        name: [
            statistics.median(getattr(row, figure) for row in rows)
            for figure in ("rate", "p50", "p95", "cpu_ms")
        ]
        for name, rows in results.items()
    }
    print(f"{'view':<10}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'CPU-ms':>9}{'failed':>8}")
    for name, (rate, p50, p95, cpu) in middle.items():
        bad = sum(row.bad for row in results[name])
        print(f"{name:<10}{rate:>9.0f}{p50:>9.1f}{p95:>9.1f}{cpu:>9.2f}{bad:>8}")
    print(
        f"reports/raw = {middle['reports'][0] / middle['raw'][0]:.2f}, reports/empty = {middle['reports'][0] / middle['empty'][0]:.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
