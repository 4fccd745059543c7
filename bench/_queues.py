"""One township with COUNT tickets on the database of the environment; serves rounds of page views.

Started by ``bench.queues``: fills the tables, says ``ready``, then answers each line on stdin with
one JSON line, page → (milliseconds, statements).
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Share of each state, in thousandths: most of a township's history is closed.
SHARES = {
    "assessing": 20, "need_info": 5, "dispatched": 25, "handling": 60, "suspended": 10,
    "handled": 15, "awaiting_rating": 30, "closed": 150, "archived": 660, "rejected": 25,
}  # fmt: skip
DEPARTMENT = "sanitation"
PAGES = {
    "dispatcher": {
        "待研判": "queue=assessing",
        "超期": "queue=overdue",
        "全部": "queue=all",
        "search number": "q={number}",
        "search words": "q=垃圾",
    },
    "department": {
        "处置中": "queue=handling",
        "全部（本单位）": "queue=all",
        "首页": "/admin/",
        "收件箱": "/admin/tray/?tab=unread",
        "快到期": "/admin/tray/?tab=soon",
    },
}


def fill(count: int) -> str:
    """Write tickets with one report and, once dispatched, one assignment each; return one's number."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.enums import AssignmentKind  # noqa: PLC0415
    from dispatch.models import Assignment, Department, Ticket, TicketReport  # noqa: PLC0415
    from reports.enums import CoordinateSystem, LocationSource, ReportKind  # noqa: PLC0415
    from reports.models import Category, Report  # noqa: PLC0415

    chance, now = random.Random(1), timezone.now()
    leaves = list(Category.objects.filter(parent__isnull=False, confidential=False))
    departments = list(Department.objects.filter(is_command_room=False, is_active=True))
    states = random.Random(2).choices(list(SHARES), list(SHARES.values()), k=count)
    number = ""
    for first in range(0, count, 5000):
        reports, tickets = [], []
        for index in range(first, min(first + 5000, count)):
            at = now - timedelta(minutes=7 * (count - index))
            state = states[index]
            lat, lng = 30.31 + chance.uniform(-0.03, 0.03), 120.50 + chance.uniform(-0.03, 0.03)
            tail = uuid.uuid4().hex[:6].upper()
            text = f"第 {tail} 处：{'垃圾' if index % 9 == 0 else '路灯'}的问题，请尽快派人来处理。"
            due = now + timedelta(hours=chance.uniform(-24, 240))
            is_open = state in {"assessing", "dispatched", "handling"}
            unset = state in {"assessing", "need_info", "rejected"}
            department = None if unset else departments[index % len(departments)]
            reports.append(
                Report(
                    number=f"XC{at:%y%m%d}-{index:06d}", client_id=uuid.uuid4(), body_hash="0" * 64,
                    kind=ReportKind.PROBLEM, text=text, lat=lat, lng=lng, raw_lat=lat, raw_lng=lng,
                    coord_type=CoordinateSystem.WGS84, location_source=LocationSource.GPS,
                    submitted_at=at, updated_at=at, triaged_at=at,
                )
            )  # fmt: skip
            tickets.append(
                Ticket(
                    number=f"GD{at:%y%m%d}-{index:05d}"[:20], status=state, title=text[:40],
                    category=leaves[index % len(leaves)], lat=lat, lng=lng, opened_at=at,
                    status_since=at, report_count=1, lead_department=department,
                    next_due_at=due if is_open else None, due_at=due, version=1,
                )
            )  # fmt: skip
        Report.objects.bulk_create(reports, batch_size=500)
        Ticket.objects.bulk_create(tickets, batch_size=500)
        number = tickets[0].number
        TicketReport.objects.bulk_create(
            [
                TicketReport(ticket=ticket, report=report, origin_ticket=ticket, attached_at=now)
                for ticket, report in zip(tickets, reports, strict=True)
            ],
            batch_size=500,
        )
        Assignment.objects.bulk_create(
            [
                Assignment(
                    ticket=ticket, department=ticket.lead_department, kind=AssignmentKind.LEAD,
                    assigned_at=now,
                )
                for ticket in tickets
                if ticket.lead_department is not None
            ],
            batch_size=500,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return number


def people() -> dict[str, object]:
    """Return a signed-in client for a dispatcher and for a department's head."""
    from django.test import Client  # noqa: PLC0415 - after django.setup

    from dispatch.enums import Role  # noqa: PLC0415
    from dispatch.models import Department, Membership, Staff  # noqa: PLC0415

    clients: dict[str, object] = {}
    room = Department.objects.filter(is_command_room=True).earliest("pk")
    own = Department.objects.get(code=DEPARTMENT)
    for name, department, role in (
        ("dispatcher", room, Role.DISPATCHER), ("department", own, Role.HEAD),
    ):  # fmt: skip
        user = Staff.objects.create(username=f"bench-{name}", is_staff=True)
        Membership.objects.create(user=user, department=department, role=role)
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        clients[name] = client
    return clients


def view_all(clients: dict[str, object], number: str) -> dict[str, tuple[float, int]]:
    """Look at every page once."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    figures = {}
    for who, pages in PAGES.items():
        for name, query in pages.items():
            asked = query.format(number=number)
            path = asked if asked.startswith("/") else f"/admin/dispatch/ticket/?{asked}"
            with CaptureQueriesContext(connection) as queries:
                began = time.perf_counter()
                answer = clients[who].get(path)  # type: ignore[attr-defined]
                spent = 1000 * (time.perf_counter() - began)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            figures[f"{who} {name}"] = (spent, len(queries))
    return figures


def main() -> None:
    """Fill, then serve rounds until stdin ends."""
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    number = fill(int(sys.argv[1]))
    clients = people()
    print("ready", flush=True)
    for _line in sys.stdin:
        print(json.dumps(view_all(clients, number)), flush=True)


if __name__ == "__main__":
    main()
