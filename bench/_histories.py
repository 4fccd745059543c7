"""A year of tickets with a ledger of eight to ten lines each, written as rows by the hundred thousand.

The rows have the shape that the workflow leaves (states, times, places, data); the hashes are not
real, so ``verify_ledger`` would refuse them. Rollups come by ``rebuild``. PostgreSQL gets them by COPY,
SQLite by ``executemany``; both the same values for the same numbers.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench._tickets import SHARES

CHUNK = 20_000
DAYS = 365
FAKE = "0" * 64
_WORDS = ("垃圾没人清运", "路灯不亮", "路面有大坑", "夜间施工噪声", "河道漂浮物", "自来水发黄")
_LIVES = {
    "assessing": 1, "need_info": 2, "rejected": 2, "dispatched": 2, "handling": 4, "suspended": 6,
    "handled": 7, "awaiting_rating": 8, "closed": 9, "archived": 10,
}  # fmt: skip
"""How far along :func:`_steps` a ticket of each state has come."""


class Table:
    """Rows of one model as lists in the order of its columns."""

    def __init__(self, model: Any) -> None:
        from django.db import connection  # noqa: PLC0415 - after django.setup

        self._meta = model._meta  # noqa: SLF001 - the documented meta API
        self._fields = list(self._meta.concrete_fields)
        self.name = self._meta.db_table
        self.columns = [field.column for field in self._fields]
        self._index = {field.attname: index for index, field in enumerate(self._fields)}
        plain = [
            None if field.primary_key or field.null else field.get_default()
            for field in self._fields
        ]
        self._blank = [
            json.dumps(value) if isinstance(value, dict | list) else value for value in plain
        ]
        self._vendor = connection.vendor
        self.rows: list[list[Any]] = []

    def add(self, **values: Any) -> None:
        """Keep a row; what is not given has its default."""
        row = self._blank.copy()
        for name, value in values.items():
            row[self._index[name]] = value
        self.rows.append(row)

    def write(self) -> None:
        """Send the rows kept so far."""
        from django.db import connection  # noqa: PLC0415 - after django.setup

        names = ", ".join(f'"{name}"' for name in self.columns)
        with connection.cursor() as cursor:
            if self._vendor == "postgresql":
                with cursor.copy(f'COPY "{self.name}" ({names}) FROM STDIN') as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["?"] * len(self.columns))
                plain = connection.connection.cursor()
                plain.executemany(
                    f'INSERT INTO "{self.name}" ({names}) VALUES ({marks})', self.rows
                )
        self.rows = []


def fill(count: int) -> dict[str, float]:
    """Write ``count`` tickets into an empty, seeded township; return seconds and lines written."""
    from django.core.management.color import no_style  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup

    from dispatch.models import Assignment, Ticket, TicketEvent, TicketReport  # noqa: PLC0415
    from reports.models import Rating, Report, Resident  # noqa: PLC0415

    began, lines = time.monotonic(), 0
    models = (Report, Ticket, TicketReport, Assignment, TicketEvent, Rating)
    tables = {model.__name__: Table(model) for model in models}
    resident = Resident.objects.get_or_create(openid="bench-summary")[0].pk
    story = _Story(resident, count)
    for first in range(1, count + 1, CHUNK):
        for number in range(first, min(first + CHUNK, count + 1)):
            lines += story.tell(number, tables)
        with transaction.atomic():
            for table in tables.values():
                table.write()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return {"seconds": round(time.monotonic() - began, 1), "lines": lines}


class _Story:
    """What happens to the ticket of a number: the same in every township."""

    def __init__(self, resident: int, count: int) -> None:
        from dispatch.models import Department  # noqa: PLC0415 - after django.setup
        from reports.models import Category, Grid  # noqa: PLC0415

        leaves = Category.objects.filter(parent__isnull=False, confidential=False)
        self._categories = list(leaves.order_by("code").values_list("pk", flat=True))
        self._grids = list(Grid.objects.order_by("code").values_list("pk", flat=True))
        units = Department.objects.filter(is_active=True, is_command_room=False)
        self._departments = list(units.order_by("code").values_list("pk", flat=True))
        self._resident, self._count = resident, count
        self._now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        self._event, self._assignment, self._rating = (itertools.count(1) for _ in range(3))

    def tell(self, number: int, tables: dict[str, Table]) -> int:
        """Add the rows of one ticket; return the number of its ledger's lines."""
        dice = random.Random(number)
        state = dice.choices(list(SHARES), list(SHARES.values()))[0]
        opened = self._now - timedelta(days=DAYS) + timedelta(days=DAYS) * (number / self._count)
        if _LIVES[state] <= 7:  # what is open is recent
            opened = self._now - timedelta(minutes=dice.randint(30, 60 * 24 * 12))
        place = {
            "category_id": dice.choice(self._categories), "grid_id": dice.choice(self._grids),
            "urgency": dice.choice(("P1", "P2", "P2", "P3")),
        }  # fmt: skip
        department = dice.choice(self._departments)
        steps = list(_steps(dice, state, opened, self._now))
        rated = next((data for _at, action, _to, data in steps if action == "rate"), None)
        last = steps[-1]
        self._case(number, tables, opened, last[0], state, place, department)
        was = ""
        for seq, (at, action, to, data) in enumerate(steps, start=1):
            tables["TicketEvent"].add(
                id=next(self._event), ticket_id=number, seq=seq, at=_text(at), role=_role(action),
                action=action, from_status=was, to_status=to, prev_hash=FAKE, hash=FAKE,
                visibility="internal", data=json.dumps(data), tallied=True,
                lead_department_id=None if to in _DESK else department,
                due_before=_text(opened + timedelta(days=1)), due_after=_text(opened + timedelta(days=9)),
                **place,
            )  # fmt: skip
            was = to
        if rated:
            tables["Rating"].add(
                id=next(self._rating), report_id=number, solved=rated["solved"], score=rated["score"],
                comment="处理得很快" if number % 2 else "", at=_text(last[0]),
            )  # fmt: skip
        return len(steps)

    def _case(
        self,
        number: int,
        tables: dict[str, Table],
        opened: datetime,
        last: datetime,
        state: str,
        place: dict[str, Any],
        department: int,
    ) -> None:
        """Add the report, the ticket and what ties them together."""
        dice = random.Random(-number)
        lat, lng = 30.31 + dice.uniform(-0.04, 0.04), 120.5 + dice.uniform(-0.05, 0.05)
        words = f"{dice.choice(_WORDS)}，编号 {number}"
        at, due = _text(opened), opened + timedelta(days=dice.randint(1, 14))
        ended = state in {"closed", "archived", "rejected"}
        tables["Report"].add(
            id=number, number=f"XC{number:09d}", resident_id=self._resident, body_hash=FAKE, text=words,
            lat=lat, lng=lng, raw_lat=lat, raw_lng=lng, coord_type="wgs84", location_source="gps",
            submitted_at=at, updated_at=at, triaged_at=at, public_status="closed" if ended else "processing",
            category_id=place["category_id"], grid_id=place["grid_id"], publication="clear",
        )  # fmt: skip
        tables["Ticket"].add(
            id=number, number=f"GD{number:09d}", status=state, version=len(_LIVES), title=words,
            lat=lat, lng=lng, report_count=1, opened_at=at, status_since=_text(last), ledger_head=FAKE,
            lead_department_id=None if state in _DESK else department, due_at=_text(due),
            next_due_at=_text(due) if state in _DUE else None, closed_at=_text(last) if ended else None,
            assess_due_at=_text(opened + timedelta(hours=8)), dispatched_at=at, **place,
        )  # fmt: skip
        tables["TicketReport"].add(
            id=number, ticket_id=number, report_id=number, origin_ticket_id=number, attached_at=at
        )
        if state not in _DESK:
            tables["Assignment"].add(
                id=next(self._assignment), ticket_id=number, department_id=department, kind="lead",
                assigned_at=at,
            )  # fmt: skip


_DESK = frozenset({"assessing", "need_info", "rejected"})
_DUE = frozenset({"assessing", "dispatched", "handling"})
_SYSTEM = frozenset({"open", "yellow_card", "close_unrated", "archive"})


def _role(action: str) -> str:
    if action in _SYSTEM:
        return "system"
    return {"dispatch": "dispatcher", "verify": "verifier", "rate": "resident"}.get(
        action, "handler"
    )


Step = tuple[datetime, str, str, dict[str, Any]]


def _steps(dice: random.Random, state: str, opened: datetime, now: datetime) -> Iterator[Step]:
    """Yield a life up to ``state``: moment, action, state after it, data; none after ``now``."""
    at = opened

    def step(minutes: int, action: str, to: str, **data: Any) -> Step:
        nonlocal at
        then = at + timedelta(minutes=dice.randint(1, minutes))
        # Cut off at one moment, a tenth of a township's events would share it and be sorted as one.
        at = then if then <= now else (at + (now - at) * dice.random()).replace(microsecond=0)
        return at, action, to, data

    reach = _LIVES[state]
    yield step(1, "open", "assessing")
    if state in _DESK - {"assessing"}:
        yield step(300, "ask" if state == "need_info" else "reject", state)
    if reach <= 2 and state != "dispatched":
        return
    yield step(
        60, "dispatch", "dispatched", was={"category": None, "department": None, "urgency": "P2"}
    )
    yield from _rest(dice, state, step)


def _rest(dice: random.Random, state: str, step: Any) -> Iterator[Step]:
    reach = _LIVES[state]
    minutes = dice.randint(60, 4000)
    late = dice.random() < 0.12
    closing = ("rate", {"solved": dice.random() < 0.9, "score": dice.choice((3, 4, 5, 5))})
    if dice.random() > 0.4:
        closing = ("close_unrated", {})
    life: Iterable[tuple[int, int, str, str, dict[str, Any]]] = (
        (3, 200, "accept", "handling", {"on_time": not late}),
        (4, 300, "note", "handling", {}),
        (5, 2000, "yellow_card", "handling", {}),
        (6, 10, "grant_suspension", "suspended", {}),
        (7, minutes, "finish", "handled", {"on_time": not late, "unit_minutes": minutes}),
        (8, 900, "verify", "awaiting_rating", {}),
        (9, 9000, closing[0], "closed", closing[1]),
        (10, 43_200, "archive", "archived", {}),
    )
    for place, within, action, to, data in life:
        if place > reach:
            return
        if action == "grant_suspension":
            if state == "suspended":
                yield step(within, action, to, **data)
            elif dice.random() < 0.5:
                yield step(within, "request_extension", "handling")
                yield step(within, "grant_extension", "handling")
            continue
        yield step(within, action, to, **data)


def _text(moment: datetime) -> str:
    return moment.isoformat(" ")
