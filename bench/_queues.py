"""One township with COUNT tickets on the database of the environment; serves rounds of page views.

Started by ``bench.queues``: fills the tables, says ``ready``, then answers each line on stdin with
one JSON line, page → (milliseconds, statements, rows shown).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._tickets import add_tickets

DEPARTMENT = "sanitation"
PAGES = {
    "dispatcher": {
        "my queues": "/admin/",
        "待研判": "queue=assessing",
        "待审批": "queue=requests",
        "处置中, page 3": "queue=handling&p=2",
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


def view_all(clients: dict[str, object], number: str) -> dict[str, tuple[float, int, int]]:
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
            rows = answer.content.count(b'class="xc-number"')
            figures[f"{who} {name}"] = (spent, len(queries), rows)
    return figures


def main() -> None:
    """Fill, then serve rounds until stdin ends."""
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    from dispatch.models import Ticket  # noqa: PLC0415 - after django.setup

    add_tickets(int(sys.argv[1]))
    number = Ticket.objects.earliest("pk").number
    clients = people()
    print("ready", flush=True)
    for _line in sys.stdin:
        print(json.dumps(view_all(clients, number)), flush=True)


if __name__ == "__main__":
    main()
