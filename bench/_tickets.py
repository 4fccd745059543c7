"""Many tickets, written straight into the tables: what a township has after years, made in seconds."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

SHARES = {
    "assessing": 20, "need_info": 5, "dispatched": 25, "handling": 60, "suspended": 10,
    "handled": 15, "awaiting_rating": 30, "closed": 150, "archived": 660, "rejected": 25,
}  # fmt: skip
"""Thousandths of each state: most of a township's history is closed."""
_BEFORE_DISPATCH = frozenset({"assessing", "need_info", "rejected"})
_DUE = frozenset({"assessing", "dispatched", "handling"})
_DONE = frozenset({"awaiting_rating", "closed", "archived"})
_WORDS = (
    "村口垃圾堆了好几天没人清运，味道很大",
    "路灯不亮三天了，晚上走路看不见",
    "机耕路上有个大坑，电瓶车摔了好几个人",
    "河里漂着很多垃圾和水草，有死鱼",
    "隔壁半夜装修噪声太大，老人睡不着",
    "自来水很小，还有黄色，烧开有味道",
    "小区门口占道经营，早高峰堵得厉害",
    "田边有人倒建筑垃圾，请尽快处理",
)
RARE = "水杉林"
"""Words that one ticket in ten thousand has."""


def add_tickets(count: int, *, chunk: int = 5000) -> None:
    """Insert tickets in every state, one report each, and let the database look at what it has."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup

    from dispatch.models import Department, Ticket  # noqa: PLC0415
    from reports.models import Category, Grid, Resident  # noqa: PLC0415

    random.seed(7)
    resident = Resident.objects.get_or_create(openid="bench-tickets")[0]
    parts = {
        "categories": list(Category.objects.filter(parent__isnull=False)),
        "grids": list(Grid.objects.filter(is_active=True)),
        "departments": list(Department.objects.filter(is_active=True, is_command_room=False)),
    }
    had = Ticket.objects.count()
    for first in range(had, had + count, chunk):
        with transaction.atomic():
            _add_chunk(range(first, min(first + chunk, had + count)), resident, parts)
    with connection.cursor() as cursor:
        # What autovacuum has done long before a township has so many.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _add_chunk(numbers: range, resident: Any, parts: dict[str, list[Any]]) -> None:
    from dispatch.enums import AssignmentKind  # noqa: PLC0415 - after django.setup
    from dispatch.models import Assignment, Ticket, TicketReport  # noqa: PLC0415
    from reports.models import Report  # noqa: PLC0415

    pairs = [_pair(index, resident, parts) for index in numbers]
    reports = Report.objects.bulk_create([report for report, _ticket in pairs])
    tickets = Ticket.objects.bulk_create([ticket for _report, ticket in pairs])
    TicketReport.objects.bulk_create(
        TicketReport(
            ticket=ticket, report=report, origin_ticket=ticket, attached_at=ticket.opened_at
        )
        for report, ticket in zip(reports, tickets, strict=True)
    )
    Assignment.objects.bulk_create(
        Assignment(
            ticket=ticket,
            department_id=ticket.lead_department_id,
            kind=AssignmentKind.LEAD,
            assigned_at=ticket.opened_at,
        )
        for ticket in tickets
        if ticket.lead_department_id
    )


def _tail(index: int) -> str:
    """Return five digits and letters, as the numbers of real tickets end."""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(letters[index // 32**place % 32] for place in range(4, -1, -1))


def _pair(index: int, resident: Any, parts: dict[str, list[Any]]) -> tuple[Any, Any]:
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from reports.models import Report  # noqa: PLC0415

    now = timezone.now()
    opened = now - timedelta(minutes=30 * (index % 20_000))
    words = random.choice(_WORDS) + (f"，在{RARE}" if index % 10_000 == 0 else "")
    lat, lng = 30.31 + random.uniform(-0.04, 0.04), 120.5 + random.uniform(-0.05, 0.05)
    mark = _tail(index)
    report = Report(
        number=f"XC261124-{mark}", resident=resident, client_id=uuid.uuid4(), body_hash="0" * 64,
        text=f"{words}，编号 {index}，已经反映过一次，希望有人来看看。" * 2,
        contact_phone=f"139{index:08d}", coord_type="wgs84", location_source="gps",
        submitted_at=opened, updated_at=opened, triaged_at=opened,
        lat=lat, lng=lng, raw_lat=lat, raw_lng=lng,
    )  # fmt: skip
    return report, _ticket(report, index, words=words, parts=parts, now=now)


def _ticket(
    report: Any, index: int, *, words: str, parts: dict[str, list[Any]], now: datetime
) -> Any:
    from dispatch.models import Ticket  # noqa: PLC0415 - after django.setup

    state = random.choices(list(SHARES), list(SHARES.values()))[0]
    due, opened = now + timedelta(hours=random.randint(-48, 240)), report.submitted_at
    done = state in _DONE
    return Ticket(
        number=f"GD{report.number[2:]}", status=state, title=words[:80], report_count=1, version=1,
        category=random.choice(parts["categories"]), grid=random.choice(parts["grids"]),
        lat=report.lat, lng=report.lng,
        lead_department=None if state in _BEFORE_DISPATCH else random.choice(parts["departments"]),
        result_text="已派人到场处理完毕，并加强该处巡查，请继续监督。" if done else "",
        outcome="solved" if done else "", opened_at=opened, status_since=opened,
        closed_at=opened + timedelta(days=2) if done else None,
        due_at=due, next_due_at=due if state in _DUE else None,
        return_count=2 * (index % 700 == 0), urge_count=int(index % 90 == 0),
    )  # fmt: skip
