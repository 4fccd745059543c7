"""Real complaints through the HTTP API: ``bench/complaints.py --file FILE [--photos DIR] [--engine …]``.

Every message becomes a report of one of 40 residents at a point of the township's grids, every fifth
with one to three of the photos. Prints what was accepted, dispatched, attached and queued (and why),
what happened to the photos, and how long it took. The data are not part of the project.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._client import ApiClient, report_body
from bench._stack import ROOT, Stack, free_port, setup_django, stack
from bench.flow import grid_points

RESIDENTS = 40
MAX_TEXT = 2000


@contextlib.contextmanager
def embedded() -> Iterator[Stack]:
    """Run what ``make run`` runs, in a data folder of its own."""
    data_dir = tempfile.mkdtemp(prefix="xiangcun-embedded-")
    port = free_port()
    dropped = ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "WECHAT_APPID")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {
        "XIANGCUN_DATA": data_dir, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "xiangcun.settings",
        "LOG_LEVEL": "WARNING", "THROTTLE_SCALE": "100000",
    }  # fmt: skip
    running = Stack(environment, port=port)
    for command in (["migrate", "-v0"], ["seed_township", "--demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    running._start("web", [sys.executable, "-m", "xiangcun.serve"])  # noqa: SLF001 - same package
    time.sleep(8)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(data_dir, ignore_errors=True)


def clients(running: Stack, engine: str) -> list[ApiClient]:
    """Return signed-in residents: through the dev login, or with tokens made beside it in production."""
    if engine == "embedded":
        result = [ApiClient(running.port) for _ in range(RESIDENTS)]
        for index, client in enumerate(result):
            client.log_in(f"resident{index}")
        return result
    from bench.intake import login  # noqa: PLC0415 - after django.setup

    return [ApiClient(running.port, login()) for _ in range(RESIDENTS)]


def send(
    rows: list[dict[str, str]], people: list[ApiClient], photos: list[Path]
) -> collections.Counter[str]:
    """Send every row; count the answers by status and code."""
    outcomes: collections.Counter[str] = collections.Counter()
    points = grid_points(len(rows))
    for index, row in enumerate(tqdm(rows, unit="report", disable=not sys.stderr.isatty())):
        client = people[index % len(people)]
        ids = []
        for path in (
            random.sample(photos, random.randint(1, 3)) if photos and index % 5 == 0 else []
        ):
            status, answer = client.upload(path)
            outcomes[f"photo {status}" + (f" {answer['code']}" if status >= 400 else "")] += 1
            if status < 400:
                ids.append(answer["id"])
        text = f"{row['title']}\n{row['body']}"[:MAX_TEXT]
        body = report_body(text, *points[index], photos=list(dict.fromkeys(ids)))
        status, answer = client.call("POST", "/api/v1/reports", body)
        outcomes[f"report {status}" + (f" {answer['code']}" if status >= 400 else "")] += 1
    return outcomes


def wait_for_triage(seconds: float) -> float:
    """Wait until nothing waits; return the seconds it took."""
    from reports.models import Photo, Report  # noqa: PLC0415 - after django.setup

    began = time.monotonic()
    while time.monotonic() - began < seconds:
        waiting = Report.objects.filter(triaged_at__isnull=True).exists()
        if not waiting and not Photo.objects.filter(status="pending").exists():
            break
        time.sleep(0.5)
    return time.monotonic() - began


def describe() -> None:
    """Print what became of the reports."""
    from django.db.models import Avg, Count, Max  # noqa: PLC0415 - after django.setup

    from dispatch.domain.ledger import verify  # noqa: PLC0415
    from dispatch.models import Ticket, TriageRun  # noqa: PLC0415
    from reports.models import Photo, Report  # noqa: PLC0415

    total = Report.objects.count()
    decisions = dict(TriageRun.objects.values_list("decision").annotate(Count("pk")))
    print(
        f"reports {total}, tickets {Ticket.objects.count()}, untriaged {Report.objects.filter(triaged_at__isnull=True).count()}"
    )
    for decision, count in sorted(decisions.items()):
        print(f"  {decision:<12}{count:>6}  {100 * count / total:.1f} %")
    print("photos", dict(Photo.objects.values_list("status").annotate(Count("pk"))))
    print(
        "triage ms",
        TriageRun.objects.aggregate(average=Avg("duration_ms"), longest=Max("duration_ms")),
    )
    errors = TriageRun.objects.exclude(error="").values_list("error").annotate(Count("pk"))
    print("triage errors", dict(errors), "ledger faults", sum(1 for _ in verify()))
    top = (
        Ticket.objects.values_list("lead_department__name")
        .annotate(n=Count("pk"))
        .order_by("-n")[:8]
    )
    print("departments", dict(top))


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    shared = Path(os.environ.get("XIANGCUN_SHARED", ROOT.parent / "shared")) / "data"
    parser.add_argument("--file", type=Path, default=shared / "complaints" / "dev.jsonl")
    parser.add_argument("--photos", type=Path, default=shared / "photos")
    parser.add_argument("--engine", choices=("embedded", "production"), default="embedded")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    if not options.file.exists():
        print(f"{options.file} is not there: nothing measured")
        return 0
    random.seed(7)
    rows = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines()]
    rows = rows[: options.limit] if options.limit else rows
    photos = (
        sorted(path for path in options.photos.glob("*") if path.is_file())
        if options.photos.is_dir()
        else []
    )
    with embedded() if options.engine == "embedded" else stack() as running:
        setup_django(running.environment)
        if options.engine == "production":
            running.start_web()
            running.start_worker()
            time.sleep(6)
        began = time.monotonic()
        outcomes = send(rows, clients(running, options.engine), photos)
        print(f"[{options.engine}] sent in {time.monotonic() - began:.1f} s:", dict(outcomes))
        print(f"all triaged and drawn {wait_for_triage(240):.1f} s after the last POST")
        describe()
    return 0


if __name__ == "__main__":
    sys.exit(main())
