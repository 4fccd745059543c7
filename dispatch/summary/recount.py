"""Tallies straight from the ledger: to mend them, and to prove that they are right.

Both count the events that are folded already, with folding held off meanwhile: an event that a
worker is just folding is in neither side, and is added to whatever stands there afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from dispatch.models import Tally, TicketEvent
from dispatch.summary.deltas import Cell, deltas
from dispatch.summary.lines import with_past
from dispatch.summary.rollup import Sums, add_to_tallies, stream_lines, sum_deltas


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose stored (count, minutes) is not what the ledger says."""

    cell: Cell
    stored: tuple[int, int]
    counted: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the township, both ends included; ``None`` is open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def days(self, field: str) -> Q:
        """Return the condition for a date column."""
        condition = Q()
        if self.first is not None:
            condition &= Q(**{f"{field}__gte": self.first})
        if self.last is not None:
            condition &= Q(**{f"{field}__lte": self.last})
        return condition

    def moments(self, field: str) -> Q:
        """Return the condition for a column of aware moments."""
        condition = Q()
        if self.first is not None:
            condition &= Q(**{f"{field}__gte": _midnight(self.first)})
        if self.last is not None:
            condition &= Q(**{f"{field}__lt": _midnight(self.last + timedelta(days=1))})
        return condition


ALWAYS = Period()


def recount(period: Period = ALWAYS) -> Sums:
    """Count the folded part of the ledger again; only the cells of ``period`` are returned."""
    condition = Q(tallied=True)
    if period != ALWAYS:
        # A ticket's whole story is read when anything of it may fall into the period.
        touched = TicketEvent.objects.filter(
            period.moments("at") | period.moments("ticket__opened_at")
        )
        condition &= Q(ticket_id__in=touched.values("ticket_id"))
    found = (
        delta for line, past in with_past(stream_lines(condition)) for delta in deltas(line, past)
    )
    return sum_deltas(delta for delta in found if delta.cell.day in period)


def rebuild(period: Period = ALWAYS) -> int:
    """Replace the tallies of ``period`` by a recount; return the number of cells."""
    with folding_held():
        sums = recount(period)
        Tally.objects.filter(period.days("day")).delete()
        add_to_tallies(sums)
    return len(sums)


def find_differences(period: Period = ALWAYS) -> list[Difference]:
    """Compare the tallies of ``period`` with a recount."""
    with folding_held():
        counted = recount(period)
        stored = _stored(period)
    return [
        Difference(cell, stored.get(cell, (0, 0)), counted.get(cell, (0, 0)))
        for cell in sorted(stored.keys() | counted.keys())
        if stored.get(cell) != counted.get(cell)
    ]


@contextmanager
def folding_held() -> Iterator[None]:
    """Keep every worker from adding to the tallies until the end of the block.

    PostgreSQL: this lock waits for folds that have begun to add and makes later ones wait. SQLite:
    an IMMEDIATE transaction is alone anyway.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            table = connection.ops.quote_name(Tally._meta.db_table)  # noqa: SLF001 - the documented meta API
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        yield


def _stored(period: Period) -> Sums:
    rows = Tally.objects.filter(period.days("day")).exclude(count=0, minutes=0)
    names = ("metric", "day", "category_id", "department_id", "grid_id", "count", "minutes")
    return {Cell(*row[:5]): (row[5], row[6]) for row in rows.values_list(*names)}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
