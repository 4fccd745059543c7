"""One process of bench/export.py: fill a database, and time list, search and export on it."""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
REPEATS = 5


def median_ms(run: Callable[[], Any]) -> float:
    """Return the median of a few runs after a first one, in milliseconds."""
    run()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(times), 1)


def pages() -> dict[str, float]:
    """Return what → milliseconds for list, counters and searches."""
    from django.test import Client  # noqa: PLC0415 - after django.setup
    from django.utils import timezone  # noqa: PLC0415

    from bench._tickets import RARE  # noqa: PLC0415
    from dispatch.domain.actors import staff_actor  # noqa: PLC0415
    from dispatch.enums import Role  # noqa: PLC0415
    from dispatch.models import Department, Membership, Staff, Ticket  # noqa: PLC0415
    from dispatch.queries.saved_filters import shown_filters  # noqa: PLC0415
    from dispatch.queries.ticket_search import search_tickets, tickets_of_phone  # noqa: PLC0415

    people = {}
    room = Department.objects.get(is_command_room=True)
    unit = Department.objects.filter(is_command_room=False, is_active=True).earliest("pk")
    for name, role, place in (("room", Role.LEAD, room), ("unit", Role.HANDLER, unit)):
        user = Staff.objects.get_or_create(username=f"bench-{name}", defaults={"is_staff": True})[0]
        Membership.objects.get_or_create(user=user, department=place, role=role)
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        people[name] = (user, client, frozenset({role}))
    found: dict[str, float] = {}
    now = timezone.now()
    for name, (user, client, roles) in people.items():
        viewer = staff_actor(user)
        found[f"counters, {name}"] = median_ms(
            lambda viewer=viewer, user=user, roles=roles: shown_filters(
                viewer, user_id=user.pk, roles=roles, now=now
            )
        )
        for query in ("queue=dispatched", "queue=all", "queue=all&only=returned"):
            url = f"/admin/dispatch/ticket/?{query}"
            found[f"page {query}, {name}"] = median_ms(lambda c=client, u=url: c.get(u))
    every = Ticket.objects.all()
    found["words, common"] = median_ms(lambda: list(search_tickets(every, "垃圾")[:25]))
    found["words, rare"] = median_ms(lambda: list(search_tickets(every, RARE)[:25]))
    found["words, none"] = median_ms(lambda: list(search_tickets(every, "没有这样的词")[:25]))
    found["phone"] = median_ms(lambda: tickets_of_phone(every, "13900000070"))
    return found


def export(rows: int, form: str) -> dict[str, float | str]:
    """Write ``rows`` tickets and return rows a second and the growth of the process in MB."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from dispatch.domain.actors import staff_actor  # noqa: PLC0415
    from dispatch.domain.export_columns import table_for  # noqa: PLC0415
    from dispatch.domain.export_sheet import write_sheet  # noqa: PLC0415
    from dispatch.enums import Role  # noqa: PLC0415
    from dispatch.models import Department, Membership, Staff, Ticket  # noqa: PLC0415

    user = Staff.objects.get_or_create(username="bench-room", defaults={"is_staff": True})[0]
    room = Department.objects.get(is_command_room=True)
    Membership.objects.get_or_create(user=user, department=room, role=Role.LEAD)
    now = timezone.now()
    table = table_for(staff_actor(user), now=now)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    file, written = write_sheet(
        Ticket.objects.all(), table=table, form=form, limit=rows, progress=lambda _rows: True
    )
    seconds = time.perf_counter() - began
    size = file.seek(0, 2)
    file.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "form": form,
        "rows": written,
        "rows_per_second": round(written / seconds),
        "grown_mb": round(peak - before, 1),
        "file_mb": round(size / 1024 / 1024, 1),
    }


def main() -> None:
    """Do what the arguments say and print JSON."""
    import django  # noqa: PLC0415 - after the environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    django.setup()
    step, count = sys.argv[1], int(sys.argv[2])
    if step == "fill":
        from bench._tickets import add_tickets  # noqa: PLC0415 - after django.setup

        add_tickets(count)
        if os.environ.get("DATABASE_URL"):
            from django.db import connection  # noqa: PLC0415

            connection.cursor().execute("VACUUM ANALYZE")
    else:
        print(json.dumps(pages() if step == "pages" else export(count, step)))


if __name__ == "__main__":
    main()
