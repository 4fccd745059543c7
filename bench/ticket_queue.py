"""The queue page with 1,000 and with 100,000 tickets, on PostgreSQL and on SQLite, side by side.

Two databases of each engine and a process for each, asked in turn, so that whatever else the machine
does falls on both. Every queue grows a hundredfold; aim: at most 1.3 times the time. Arguments: how
many tickets the large one has, and how many rounds.

(Not ``queue.py``: run as a script it would stand in the way of the standard library's module.)
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from bench._stack import DATABASE, ROOT, setup_django, stack

FEW = 1_000
ROUNDS = 9
AIM = 1.3
LIST = "/admin/dispatch/ticket/"
PAGES: Mapping[str, tuple[str, str]] = {
    "room, my queues": ("room", "/admin/"),
    "room, 待研判": ("room", f"{LIST}?queue=assessing"),
    "room, 待签收": ("room", f"{LIST}?queue=dispatched"),
    "room, 待审批": ("room", f"{LIST}?queue=requests"),
    "room, 超期": ("room", f"{LIST}?queue=overdue"),
    "room, 全部": ("room", f"{LIST}?queue=all"),
    "room, page 4": ("room", f"{LIST}?queue=dispatched&p=3"),
    "room, words": ("room", f"{LIST}?q=路灯"),
    "room, category": ("room", f"{LIST}?queue=dispatched&top=1"),
    "department, my queues": ("department", "/admin/"),
    "department, 处置中": ("department", f"{LIST}?queue=handling"),
    "department, 全部": ("department", f"{LIST}?queue=all"),
}
# Of a hundred tickets: a year's archive and far more open ones than any office has.
MIX = (
    *(["assessing"] * 6), *(["need_info"] * 2), *(["dispatched"] * 8), *(["handling"] * 14),
    *(["handled"] * 4), *(["suspended"] * 2), *(["awaiting_rating"] * 6), *(["closed"] * 18),
    *(["archived"] * 36), *(["rejected"] * 4),
)  # fmt: skip


def fill(count: int) -> None:
    """Write ``count`` tickets and their assignments straight into the tables."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from dispatch.models import Assignment, Department, Ticket  # noqa: PLC0415
    from reports.models import Category, Grid  # noqa: PLC0415

    now = timezone.now()
    categories = list(Category.objects.exclude(parent=None).values_list("pk", flat=True))
    grids = list(Grid.objects.values_list("pk", flat=True))
    departments = list(Department.objects.filter(is_active=True).values_list("pk", flat=True))
    for start in range(0, count, 5_000):
        rows = Ticket.objects.bulk_create(
            Ticket(**ticket_values(index, now, categories, grids, departments))
            for index in range(start, min(count, start + 5_000))
        )
        Assignment.objects.bulk_create(
            Assignment(
                ticket=row, department_id=row.lead_department_id, kind="lead", assigned_at=now,
                ended_at=None if row.status in {"dispatched", "handling", "handled"} else now,
            )
            for row in rows
            if row.lead_department_id
        )  # fmt: skip


def ticket_values(
    index: int, now: Any, categories: list[int], grids: list[int], departments: list[int]
) -> dict[str, Any]:
    """Return the columns of one ticket; spread evenly, the same for both sizes."""
    from datetime import timedelta  # noqa: PLC0415 - beside its only use

    status = MIX[index * 37 % len(MIX)]
    opened = now - timedelta(minutes=5 * index)
    dispatched = status not in {"assessing", "need_info", "rejected"}
    timed = status in {"assessing", "dispatched", "handling"}
    words = "路灯不亮，晚上漆黑" if index % 25 == 0 else "垃圾好几天没人清运，味道很大"
    return {
        "number": f"GD26-{index:08d}",
        "title": f"{words}（{index}）",
        "status": status,
        "status_since": opened,
        "opened_at": opened,
        "category_id": categories[index % len(categories)],
        "grid_id": grids[index % len(grids)],
        "lead_department_id": departments[index % len(departments)] if dispatched else None,
        "urgency": ("P1", "P2", "P3")[index % 3],
        "lat": 30.30 + index % 1000 / 10_000,
        "lng": 120.50 + index % 900 / 10_000,
        "next_due_at": now + timedelta(minutes=index % 9_000 - 900) if timed else None,
        "pending_request": {} if status == "handling" and index % 9 == 0 else None,
    }


def clients() -> dict[str, Any]:
    """Return a signed-in client of the room and of a department."""
    from django.test import Client  # noqa: PLC0415 - after django.setup

    from dispatch.models import Department, Membership, Staff  # noqa: PLC0415

    room = Department.objects.filter(is_command_room=True).earliest("pk")
    unit = Department.objects.get(code="sanitation")
    found = {}
    for name, role, department in (("room", "dispatcher", room), ("department", "head", unit)):
        user = Staff.objects.create(username=f"bench-{name}", is_staff=True)
        Membership.objects.create(user=user, department=department, role=role)
        found[name] = Client(headers={"host": "localhost"})
        found[name].force_login(user)
    return found


def child(count: int) -> None:
    """Fill the database named by the environment, then time every page once per line read."""
    setup_django(dict(os.environ))
    fill(count)
    analyse()
    browsers = clients()
    for browser, path in PAGES.values():
        browsers[browser].get(path)
    print("ready", flush=True)
    for _line in sys.stdin:
        print(
            json.dumps(
                {name: timed_get(browsers[who], path) for name, (who, path) in PAGES.items()}
            ),
            flush=True,
        )


def analyse() -> None:
    """Let the planner know the tables, as autovacuum would by now."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def timed_get(client: Any, path: str) -> tuple[float, int]:
    """Return milliseconds and statements of one page."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        answer = client.get(path)
        spent = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return spent, len(queries)


@contextlib.contextmanager
def postgres_pair() -> Iterator[list[dict[str, str]]]:
    """Two databases: the stack's own, and one made after its likeness."""
    with stack() as running:
        twin = f"{DATABASE}_few"
        admin = running.environment["DATABASE_URL"].replace(f"/{DATABASE}", "/postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {twin} TEMPLATE {DATABASE}")
        url = running.environment["DATABASE_URL"].replace(DATABASE, twin)
        try:
            yield [{**running.environment, "DATABASE_URL": url}, running.environment]
        finally:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {twin} WITH (FORCE)")


@contextlib.contextmanager
def sqlite_pair() -> Iterator[list[dict[str, str]]]:
    """Two data folders of the embedded default."""
    dropped = ("DATABASE_URL", "REDIS_URL", "DEBUG")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        pair = []
        for name in ("few", "many"):
            environment = {
                **kept, "XIANGCUN_DATA": f"{folder}/{name}", "PYTHONPATH": str(ROOT),
                "DJANGO_SETTINGS_MODULE": "xiangcun.settings", "LOG_LEVEL": "WARNING",
            }  # fmt: skip
            for command in (["migrate", "-v0"], ["seed_township"]):
                subprocess.run(
                    [sys.executable, "manage.py", *command],
                    cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
                )  # fmt: skip
            pair.append(environment)
        yield pair


def compare(pair: list[dict[str, str]], sizes: tuple[int, int], rounds: int) -> dict[str, Any]:
    """Ask both in turn; return page → (ms few, ms many, statements few, statements many)."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.ticket_queue", "child", str(size)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for environment, size in zip(pair, sizes, strict=True)
    ]  # fmt: skip
    try:
        for process in processes:
            ask(process, None)
        answers = [[json.loads(ask(process, "go")) for process in processes] for _ in range(rounds)]
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    return {
        name: [
            *(statistics.median(answer[side][name][0] for answer in answers) for side in (0, 1)),
            *(answers[0][side][name][1] for side in (0, 1)),
        ]
        for name in PAGES
    }


def ask(process: subprocess.Popen[str], line: str | None) -> str:
    """Send a line (or none) and return the answer; a child that died is an error."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError("the measuring process ended")
    return answer


def main(arguments: list[str]) -> int:
    """Run and print; 1 when a page is slower than the aim allows."""
    if arguments[:1] == ["child"]:
        child(int(arguments[1]))
        return 0
    many = int(arguments[0]) if arguments else 100_000
    rounds = int(arguments[1]) if len(arguments) > 1 else ROUNDS
    worst = 0.0
    for engine, pair_of in (("PostgreSQL", postgres_pair), ("SQLite", sqlite_pair)):
        with pair_of() as pair:
            figures = compare(pair, (FEW, many), rounds)
        print(f"\n{engine:<24}{f'ms {FEW:,}':>12}{f'ms {many:,}':>12}{'ratio':>8}{'SQL':>10}")
        for name, (few_ms, many_ms, few_sql, many_sql) in figures.items():
            ratio = many_ms / few_ms
            worst = max(worst, ratio)
            print(
                f"{name:<24}{few_ms:>12.1f}{many_ms:>12.1f}{ratio:>8.2f}{f'{few_sql}/{many_sql}':>10}"
            )
    print(f"\nworst ratio {worst:.2f}, aim {AIM}")
    return int(worst > AIM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
