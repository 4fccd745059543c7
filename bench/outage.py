"""The broker dies while residents report: same answer times, and nothing is lost.

Starts a Redis of its own as broker and cache and the product under its supervisor, measures
``POST /reports`` with the broker and without it, then counts what was triaged once it is back.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._client import ApiClient, report_body
from bench._stack import free_port, setup_django, stack
from bench.intake import login

COUNT = 200


def start_redis(port: int) -> subprocess.Popen[bytes]:
    """Start a Redis that keeps nothing."""
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    return process


def measure(client: ApiClient, label: str) -> list[float]:
    """Send reports one after another; print and return the answer times in ms."""
    times = []
    for index in range(COUNT):
        began = time.perf_counter()
        status, answer = client.call(
            "POST", "/api/v1/reports", report_body(f"路灯不亮（{label}{index}）", 30.31, 120.5)
        )
        times.append(1000 * (time.perf_counter() - began))
        if status != 201:
            raise RuntimeError(f"{status} {answer}")
    times.sort()
    print(
        f"{label:<16} p50 {statistics.median(times):6.1f} ms   p95 {times[int(COUNT * 0.95)]:6.1f} ms   max {times[-1]:6.1f} ms"
    )
    return times


def main() -> int:
    """Run and print."""
    if shutil.which("redis-server") is None:
        print("bench/outage.py needs redis-server (apt-get install redis-server)")
        return 1
    port = free_port()
    redis = start_redis(port)
    try:
        with stack(f"redis://127.0.0.1:{port}/0") as running:
            setup_django(running.environment)
            from reports.models import Report  # noqa: PLC0415 - after django.setup

            client = ApiClient(running.port, login())
            running.start_supervised()
            time.sleep(6)
            measure(client, "warm-up")
            up = measure(client, "broker up")
            redis.kill()
            redis.wait()
            down = measure(client, "broker down")
            print(f"down / up at p50: {statistics.median(down) / statistics.median(up):.2f}")
            waiting = Report.objects.filter(triaged_at__isnull=True).count()
            print(f"accepted while the broker was down and waiting: {waiting}")
            redis = start_redis(port)
            began = time.monotonic()
            while (
                Report.objects.filter(triaged_at__isnull=True).exists()
                and time.monotonic() - began < 90
            ):
                time.sleep(0.2)
            left = Report.objects.filter(triaged_at__isnull=True).count()
            total = Report.objects.count()
            print(
                f"broker back: {total - left} of {total} triaged after {time.monotonic() - began:.1f} s, lost {left}"
            )
            return 1 if left else 0
    finally:
        redis.kill()
        redis.wait()


if __name__ == "__main__":
    sys.exit(main())
