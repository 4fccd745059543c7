"""Queue page, ticket page and public list: SQL statements and time at 1 row and at 1,000 rows."""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._stack import setup_django, stack

ROWS = 1000
REPEATS = 7
PAGES = {
    "desk 研判台": "/admin/desk/",
    "queue 待签收": "/admin/dispatch/ticket/?queue=dispatched",
    "queue 全部": "/admin/dispatch/ticket/?queue=all",
    "public list": "/api/v1/public/reports",
}


def add_tickets(count: int) -> None:
    """Send reports through the domain and triage them."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from bench.flow import TEXTS, grid_points  # noqa: PLC0415
    from dispatch.triage.pipeline import run_triage  # noqa: PLC0415
    from reports.domain.drafts import Draft, Location  # noqa: PLC0415
    from reports.domain.intake import submit_report  # noqa: PLC0415
    from reports.enums import LocationSource, ReportKind  # noqa: PLC0415
    from reports.models import Resident  # noqa: PLC0415
    from xiangcun.lib.geo import CoordType  # noqa: PLC0415

    resident = Resident.objects.create(openid=f"bench-{uuid.uuid4()}")
    for index, (lat, lng) in enumerate(grid_points(count)):
        draft = Draft(
            client_id=uuid.uuid4(),
            kind=ReportKind.PROBLEM,
            text=f"{TEXTS[index % len(TEXTS)]}（{uuid.uuid4().hex[:6]}）",
            location=Location(
                lat=lat, lng=lng, coord_type=CoordType.WGS84, source=LocationSource.GPS
            ),
        )
        report = submit_report(resident, draft, now=timezone.now()).record.report
        run_triage(report.pk, now=timezone.now())


def measure() -> dict[str, tuple[int, float]]:
    """Return page → (statements, median milliseconds)."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from dispatch.enums import Role  # noqa: PLC0415
    from dispatch.models import Department, Membership, Staff  # noqa: PLC0415

    user = Staff.objects.get_or_create(username="bench", defaults={"is_staff": True})[0]
    room = Department.objects.filter(is_command_room=True).earliest("pk")
    Membership.objects.get_or_create(user=user, department=room, role=Role.DISPATCHER)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    figures = {}
    for name, path in PAGES.items():
        client.get(path)
        times = []
        for _ in range(REPEATS):
            with CaptureQueriesContext(connection) as queries:
                began = time.perf_counter()
                answer = client.get(path)
                times.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
        figures[name] = (len(queries), statistics.median(times))
    return figures


def main() -> int:
    """Run and print."""
    with stack() as running:
        setup_django(running.environment)
        add_tickets(1)
        few = measure()
        add_tickets(ROWS - 1)
        many = measure()
        print(
            f"{'page':<16}{'SQL at 1':>10}{f'SQL at {ROWS}':>13}{'ms at 1':>10}{f'ms at {ROWS}':>12}"
        )
        for name in PAGES:
            print(
                f"{name:<16}{few[name][0]:>10}{many[name][0]:>13}{few[name][1]:>10.1f}{many[name][1]:>12.1f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
