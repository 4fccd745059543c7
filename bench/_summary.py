"""One township of bench/summary.py: fills itself, says ``ready``, then does what each line on stdin asks.

``pages`` looks at every page once; ``fold`` counts one new event; ``rebuild`` counts the year anew,
``rebuild 70`` its last 70 days.
Every answer is one JSON line.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._histories import fill

PAGES = {
    "cockpit data, month": "/cockpit/data?period=month",
    "cockpit data, year": "/cockpit/data?period=year",
    "cockpit data, category": "/cockpit/data?period=month&category={category}",
    "cockpit data, department": "/cockpit/data?period=month&department={department}",
    "cockpit live": "/cockpit/live",
    "queue handling": "/admin/dispatch/ticket/?queue=handling",
    "queue overdue": "/admin/dispatch/ticket/?queue=overdue",
    "queue all": "/admin/dispatch/ticket/?queue=all",
}


def make_client() -> tuple[Any, Any, dict[str, int]]:
    """Return a client, the lead who signs in with it, and what the addresses need."""
    from django.test import Client  # noqa: PLC0415 - after django.setup

    from dispatch.enums import Role  # noqa: PLC0415
    from dispatch.models import Department, Membership, Staff  # noqa: PLC0415
    from reports.models import Category  # noqa: PLC0415

    user = Staff.objects.create(username="bench-lead", is_staff=True)
    room = Department.objects.get(is_command_room=True)
    Membership.objects.create(user=user, department=room, role=Role.LEAD)
    client = Client(headers={"host": "localhost"})
    unit = Department.objects.get(code="sanitation")
    return client, user, {"category": Category.objects.get(code="0401").pk, "department": unit.pk}


def pages(client: Any, user: Any, places: dict[str, int]) -> dict[str, tuple[float, int]]:
    """Return page → (milliseconds, statements)."""
    from django.core.cache import cache  # noqa: PLC0415 - after django.setup
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    seen = {}
    client.logout()
    client.force_login(user)  # counting the largest township takes longer than a session may idle
    for name, address in PAGES.items():
        cache.clear()  # an answer that is kept for some seconds says nothing about its making
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            answer = client.get(address.format(**places))
            spent = 1000 * (time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:200]!r}")
        seen[name] = (spent, len(queries))
    return seen


def fold() -> float:
    """Let time sign one ticket, and return the milliseconds until the event is counted."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from dispatch.domain.actors import SYSTEM  # noqa: PLC0415
    from dispatch.domain.lifecycle import perform  # noqa: PLC0415
    from dispatch.enums import TicketAction  # noqa: PLC0415
    from dispatch.models import Ticket  # noqa: PLC0415
    from dispatch.summary.rollup import fold_events  # noqa: PLC0415

    now = timezone.now()
    waiting = Ticket.objects.filter(status="dispatched").order_by("pk").values_list("pk", flat=True)
    key = waiting[0]
    # The rows were written without their ledger's length.
    Ticket.objects.filter(pk=key).update(version=Ticket.objects.get(pk=key).events.count())
    perform(key, TicketAction.ACCEPT, actor=SYSTEM, now=now)
    began = time.perf_counter()
    counted = fold_events(now=now)
    spent = 1000 * (time.perf_counter() - began)
    if counted != 1:
        raise RuntimeError(f"counted {counted} events")
    return spent


def rebuild_year(days: int = 0) -> dict[str, float]:
    """Count everything, or the last ``days``, anew; return seconds and how the process has grown, in MB."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from dispatch.models import TicketEvent  # noqa: PLC0415
    from dispatch.summary.recount import ALWAYS, Period, rebuild  # noqa: PLC0415

    period = Period(timezone.localdate() - timedelta(days=days)) if days else ALWAYS

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.monotonic()
    rows = rebuild(period)
    seconds = time.monotonic() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    return {
        "seconds": round(seconds, 1), "events": TicketEvent.objects.count(), "rows": rows,
        "grown_mb": round(grown, 1),
    }  # fmt: skip


def main() -> None:
    """Fill, then serve until stdin ends."""
    import django  # noqa: PLC0415 - after the environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    django.setup()
    told = fill(int(sys.argv[1]))
    client, user, places = make_client()
    work: dict[str, Callable[..., object]] = {
        "pages": lambda: pages(client, user, places), "fold": fold, "rebuild": rebuild_year,
    }  # fmt: skip
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        name, *numbers = line.split()
        print(json.dumps(work[name](*map(int, numbers))), flush=True)


if __name__ == "__main__":
    main()
