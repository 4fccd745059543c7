"""Duplicates against many open tickets, on the database of the environment; prints one JSON line.

Started by ``bench.hotspots`` in a process of its own, once for SQLite and once for PostgreSQL.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._pairs import PAIRS

TICKETS = 10_000
CROWD = 300
"""So many of them stand on one square, the worst case."""
ROUNDS = 300
CENTRE = (30.31, 120.50)
SPREAD = 0.03
"""Half the side of the town in degrees: about 6 km by 6 km in all."""


def main() -> None:
    """Fill the database, then run the step over new reports in the town and on the square."""
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    fill()
    figures: dict[str, Any] = {"tickets": TICKETS}
    for name, spread in (("town", SPREAD), ("square", 0.0003)):
        figures[name] = measure(spread)
    print(json.dumps(figures))


def fill() -> None:
    """Write open tickets with one report each; the ledger is not read by this step."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.enums import TicketStatus  # noqa: PLC0415
    from dispatch.models import Ticket, TicketReport  # noqa: PLC0415
    from reports.enums import CoordinateSystem, LocationSource, ReportKind  # noqa: PLC0415
    from reports.models import Category, Report  # noqa: PLC0415

    chance, now = random.Random(1), timezone.now()
    leaves = list(Category.objects.filter(parent__isnull=False, confidential=False))
    reports, tickets = [], []
    for index in range(TICKETS):
        lat, lng = point(chance, 0.0003 if index < CROWD else SPREAD)
        text = f"{PAIRS[index % len(PAIRS)][0]}，已经好几天了，请尽快派人来处理。"
        at = now - timedelta(minutes=index)
        reports.append(
            Report(
                number=f"XC-{uuid.uuid4().hex[:12]}", client_id=uuid.uuid4(), body_hash="0" * 64,
                kind=ReportKind.PROBLEM, text=text, lat=lat, lng=lng, raw_lat=lat, raw_lng=lng,
                coord_type=CoordinateSystem.WGS84, location_source=LocationSource.GPS,
                submitted_at=at, updated_at=at, triaged_at=at,
            )
        )  # fmt: skip
        tickets.append(
            Ticket(
                number=f"GD-{uuid.uuid4().hex[:12]}", status=TicketStatus.DISPATCHED, title=text[:80],
                category=leaves[index % len(leaves)], lat=lat, lng=lng, opened_at=at,
                status_since=at, report_count=1,
            )
        )  # fmt: skip
    Report.objects.bulk_create(reports, batch_size=500)
    Ticket.objects.bulk_create(tickets, batch_size=500)
    TicketReport.objects.bulk_create(
        [
            TicketReport(ticket=ticket, report=report, origin_ticket=ticket, attached_at=now)
            for ticket, report in zip(tickets, reports, strict=True)
        ],
        batch_size=500,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def point(chance: random.Random, spread: float) -> tuple[float, float]:
    """Return a point around the centre."""
    return CENTRE[0] + chance.uniform(-spread, spread), CENTRE[1] + chance.uniform(-spread, spread)


def measure(spread: float) -> dict[str, float]:
    """Return milliseconds p50 and p95 of the step, and processor milliseconds here, SQL statements at most."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.triage.context import TriageContext  # noqa: PLC0415
    from dispatch.triage.reference import current_reference  # noqa: PLC0415
    from dispatch.triage.steps import duplicates  # noqa: PLC0415
    from reports.enums import ReportKind  # noqa: PLC0415

    chance, now, reference = random.Random(2), timezone.now(), current_reference()
    leaves = [row for row in reference.categories.values() if not row.confidential]
    times, statements, cpu = [], 0, 0.0
    for index in range(ROUNDS):
        lat, lng = point(chance, spread)
        text = f"{PAIRS[index % len(PAIRS)][1]}，麻烦来看看（{index}）。"
        context = TriageContext(
            report_id=0, text=text, own_words=text, kind=ReportKind.PROBLEM, lat=lat, lng=lng,
            submitted_at=now, now=now, category=leaves[index % len(leaves)], confidence=0.9,
        )  # fmt: skip
        started, used = time.perf_counter(), time.process_time()
        duplicates.run(context, reference)
        times.append((time.perf_counter() - started) * 1000)
        cpu += (time.process_time() - used) * 1000
        if index % 10 == 0:
            with CaptureQueriesContext(connection) as queries:
                duplicates.run(context, reference)
            statements = max(statements, len(queries))
    cuts = statistics.quantiles(times, n=20)
    return {
        "p50_ms": round(cuts[9], 2),
        "p95_ms": round(cuts[18], 2),
        "cpu_ms": round(cpu / ROUNDS, 2),
        "statements": statements,
    }


if __name__ == "__main__":
    main()
