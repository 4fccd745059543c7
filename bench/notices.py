"""What being told costs: a ticket dispatched by triage with and without the hook, and spreading.

``python bench/notices.py``. Tickets are opened and dispatched in alternating rounds with the hook and
with an empty one in its place, committed, on PostgreSQL; the processor time is this process's and
that of its database backend. Then the announcements are spread in batches of 200.
"""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._stack import cpu_seconds, database_processes, setup_django, stack

ROUNDS = 12
TICKETS = 50


def make_reports(count: int) -> list[Any]:
    """Return reports nobody has triaged."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from reports.models import Report, Resident  # noqa: PLC0415

    now = timezone.now()
    resident = Resident.objects.get_or_create(openid="dev:bench")[0]
    values = {
        "resident": resident, "body_hash": "0" * 64, "kind": "problem", "text": "垃圾没人清运",
        "lat": 30.31, "lng": 120.5, "raw_lat": 30.31, "raw_lng": 120.5, "coord_type": "wgs84",
        "accuracy_m": 10.0, "location_source": "gps", "submitted_at": now, "updated_at": now,
        "allowed_actions": [],
    }  # fmt: skip
    return Report.objects.bulk_create(
        Report(number=f"XC-{uuid.uuid4().hex[:12]}", client_id=uuid.uuid4(), **values)
        for _index in range(count)
    )


def make_staff() -> None:
    """Give the department four handlers and a group with a robot."""
    from dispatch.domain.channel_settings import seal_address  # noqa: PLC0415
    from dispatch.models import ChannelSetting, Department, Membership, Staff  # noqa: PLC0415

    department = Department.objects.get(code="sanitation")
    for index in range(4):
        user = Staff.objects.create(username=f"bench{index}", is_staff=True)
        Membership.objects.create(user=user, department=department, role="handler")
    robot = ChannelSetting(kind="wecom", name="bench", department=department)
    seal_address(robot, address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", secret="")
    robot.save()


def open_all(reports: list[Any]) -> float:
    """Open and dispatch a ticket for each; return CPU milliseconds a ticket."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.domain.opening import Assessment, open_ticket  # noqa: PLC0415
    from dispatch.models import Department  # noqa: PLC0415
    from reports.enums import Urgency  # noqa: PLC0415
    from reports.models import Category  # noqa: PLC0415

    lead, category = Department.objects.get(code="sanitation"), Category.objects.get(code="0401")
    assessment = Assessment(urgency=Urgency.P2, category=category, lead=lead)
    databases = database_processes()
    began = time.process_time() + cpu_seconds(databases)
    for report in reports:
        with transaction.atomic():
            open_ticket(report, assessment, now=timezone.now())
    return (time.process_time() + cpu_seconds(databases) - began) * 1000 / len(reports)


def compare() -> tuple[list[float], list[float]]:
    """Return CPU milliseconds a ticket, round by round: without the hook, with it."""
    from dispatch.domain import lifecycle  # noqa: PLC0415

    hook = lifecycle.announce
    without: list[float] = []
    having: list[float] = []
    open_all(make_reports(TICKETS))
    for _round in range(ROUNDS):
        lifecycle.announce = lambda _attempt, _event: None
        without.append(open_all(make_reports(TICKETS)))
        lifecycle.announce = hook
        having.append(open_all(make_reports(TICKETS)))
    return without, having


def spread() -> tuple[int, float, int]:
    """Spread what waits; return announcements, CPU milliseconds of each, and rows written."""
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.domain.spreading import is_waiting, spread_announcements  # noqa: PLC0415
    from dispatch.models import Announcement, Notification  # noqa: PLC0415

    count = Announcement.objects.filter(spread_at__isnull=True).count()
    databases = database_processes()
    began = time.process_time() + cpu_seconds(databases)
    while is_waiting():
        spread_announcements(now=timezone.now())
    spent = time.process_time() + cpu_seconds(databases) - began
    return count, spent * 1000 / max(1, count), Notification.objects.count()


def main() -> int:
    """Run and print."""
    with stack() as running:
        setup_django(running.environment)
        make_staff()
        without, having = compare()
        count, each, rows = spread()
    base, hooked = statistics.median(without), statistics.median(having)
    print(
        f"open and dispatch: {base:.2f} ms CPU without the hook, {hooked:.2f} with it "
        f"({hooked / base:.2f} ×, {ROUNDS} rounds of {TICKETS} in turn)"
    )
    print(f"spread: {each:.2f} ms CPU an announcement ({count} announcements, {rows} rows)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
