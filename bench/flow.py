"""From sending to the department's queue at a steady 50 reports/s, and the memory it takes.

Production stack (PostgreSQL, Redis, 2 web workers, 2 Celery children). The latency of a report runs
from the moment before its POST to the first look (every 20 ms) that finds its ticket dispatched or in
the command room's queue.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._client import ApiClient, report_body
from bench._stack import Stack, cpu_seconds, database_processes, setup_django, stack
from bench.intake import login

ARRIVED = """
SELECT t.id, r.number FROM dispatch_ticketreport t JOIN reports_report r ON r.id = t.report_id
WHERE t.id > %s ORDER BY t.id"""
RATE = 50
SECONDS = 20
TEXTS = (
    "村口垃圾堆了好几天没人清运，味道很大",
    "路灯不亮三天了，晚上走路看不见",
    "机耕路上有个大坑，电瓶车摔了好几个人",
    "河里漂着很多垃圾和水草",
    "隔壁半夜装修噪声太大，睡不着",
    "自来水很小，还有黄色",
)


def send_all(running: Stack, token: str, grids: list[tuple[float, float]]) -> dict[str, float]:
    """Send at the steady rate; return number → moment of sending."""
    sent: dict[str, float] = {}
    local = threading.local()

    def send(index: int, due: float) -> None:
        if not hasattr(local, "client"):
            local.client = ApiClient(running.port, token)
        time.sleep(max(0.0, due - time.monotonic()))
        lat, lng = random.choice(grids)
        began = time.monotonic()
        status, answer = local.client.call(
            "POST",
            "/api/v1/reports",
            report_body(f"{TEXTS[index % len(TEXTS)]}（{index}）", lat, lng),
        )
        if status != 201:
            raise RuntimeError(f"{status} {answer}")
        sent[answer["number"]] = began

    start = time.monotonic() + 0.5
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(send, index, start + index / RATE) for index in range(RATE * SECONDS)]
    for job in jobs:
        job.result()
    return sent


def watch(stop: threading.Event, seen: dict[str, float]) -> None:
    """Note when each report's ticket first stands in a queue; costs the machine next to nothing."""
    last = 0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while not stop.is_set():
            rows = connection.execute(ARRIVED, (last,)).fetchall()
            now = time.monotonic()
            for pk, number in rows:
                # Transactions may commit out of id order: look again behind the newest id.
                seen.setdefault(number, now)
                last = max(last, pk - 20)
            time.sleep(0.02)


def used(running: Stack) -> dict[str, float]:
    """Return the processor seconds used so far, by part."""
    parts = {name: running.family(name) for name in running.processes}
    parts |= {"database": database_processes(), "this script": [psutil.Process()]}
    return {name: cpu_seconds(processes) for name, processes in parts.items()}


def grid_points(count: int) -> list[tuple[float, float]]:
    """Return points spread over the township's grids."""
    from shapely.geometry import shape  # noqa: PLC0415 - after django.setup

    from reports.models import Grid  # noqa: PLC0415

    points = []
    shapes = [shape(grid.polygon) for grid in Grid.objects.filter(is_active=True)]
    while len(points) < count:
        area = random.choice(shapes)
        west, south, east, north = area.bounds
        inside = area.representative_point()
        lng = inside.x + random.uniform(-0.25, 0.25) * (east - west)
        lat = inside.y + random.uniform(-0.25, 0.25) * (north - south)
        points.append((lat, lng))
    return points


def main() -> int:
    """Run and print."""
    random.seed(1)
    with stack() as running:
        setup_django(running.environment)
        token = login()
        running.start_web()
        running.start_worker()
        time.sleep(6)
        ApiClient(running.port, token).call(
            "POST", "/api/v1/reports", report_body("暖机", 30.31, 120.5)
        )
        time.sleep(2)
        seen: dict[str, float] = {}
        stop = threading.Event()
        watcher = threading.Thread(target=watch, args=(stop, seen))
        watcher.start()
        points, before = grid_points(300), used(running)
        sent = send_all(running, token, points)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not sent.keys() <= seen.keys():
            time.sleep(0.1)
        stop.set()
        watcher.join()
        delays = sorted(seen[number] - began for number, began in sent.items() if number in seen)
        print(f"{len(sent)} reports at {RATE}/s, in a queue: {len(delays)}")
        print(
            f"submit → queue: p50 {1000 * statistics.median(delays):.0f} ms, "
            f"p95 {1000 * delays[int(len(delays) * 0.95)]:.0f} ms, max {1000 * delays[-1]:.0f} ms"
        )
        for name, seconds in used(running).items():
            print(f"{name}: {1000 * (seconds - before[name]) / len(sent):.1f} CPU-ms a report")
        for name in ("web", "worker"):
            for process in running.family(name)[1:]:
                print(f"{name} child memory: {process.memory_info().rss / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
