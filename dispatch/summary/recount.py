"""The rollups straight from the ledger: to mend them, and to prove that they are right.

Both count the events that are folded already, with folding held off meanwhile. The finest cube is
counted from the ledger, ticket by ticket in flat memory; every coarser one is added up from a finer
one by the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from dispatch.models import Rollup, TicketEvent
from dispatch.summary.cubes import CUBES, FULL_DAY, SOURCES, Grain, Key, grain_of, month_of
from dispatch.summary.deltas import Delta, deltas
from dispatch.summary.lines import with_past
from dispatch.summary.rollup import stream_lines
from dispatch.summary.storage import (
    TABLES,
    Sums,
    add_rows,
    add_to_rollups,
    clear,
    condition_of,
    derive,
    derived,
    folding_held,
    read_day,
    sum_deltas,
    table_of,
)

SCRATCH = 64 + FULL_DAY
"""The cube a recount is put into beside the stored one, for as long as they are compared."""
MOST_DIFFERENCES = 1000
_DELTAS_AT_ONCE = 100_000

Tick = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Difference:
    """A column of a row that does not hold what the ledger says."""

    key: Key
    column: str
    stored: int
    counted: int


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the township, both ends included; ``None`` is open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def moments(self, field: str) -> Q:
        """Return the condition for a column of aware moments."""
        condition = Q()
        if self.first is not None:
            condition &= Q(**{f"{field}__gte": _midnight(self.first)})
        if self.last is not None:
            condition &= Q(**{f"{field}__lt": _midnight(self.last + timedelta(days=1))})
        return condition

    def months(self) -> Period:
        """Return the whole months it touches."""
        first = self.first and month_of(self.first)
        if self.last is None:
            return Period(first, None)
        return Period(first, month_of(month_of(self.last) + timedelta(days=32)) - timedelta(days=1))


ALWAYS = Period()


def recount(period: Period = ALWAYS) -> Sums:
    """Count the folded part of the ledger again; the cells of the days of ``period``, in memory."""
    return sum_deltas(delta for found in _by_ticket(period, None) for delta in found)


def rebuild(period: Period = ALWAYS, *, tick: Tick | None = None) -> int:
    """Replace the rows of ``period``, and of the months it touches; return the number of finest rows.

    Over all time it counts what still waits for the fold as well, so that it also fills empty rollups
    (after an upgrade) at once. ``tick`` is called with the number of events read since the last time.
    """
    months = period.months()
    with folding_held():
        if period == ALWAYS:
            TicketEvent.objects.filter(tallied=False).update(tallied=True)
        days = [cube for cube in CUBES if grain_of(cube) is Grain.DAY]
        clear(days, period.first, period.last)
        clear(set(CUBES) - set(days), months.first, months.last)
        for sums in _portions(period, tick):
            add_to_rollups(sums, cubes=(FULL_DAY,))
        for cube, source in SOURCES.items():
            to_months = grain_of(cube) is not grain_of(source)
            span = months if to_months or grain_of(cube) is Grain.MONTH else period
            derive(cube, span.first, span.last)
        condition, values = condition_of([FULL_DAY], period.first, period.last)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {table_of(Rollup)} WHERE {condition}", values)  # noqa: S608 - our own names
            return int(cursor.fetchone()[0])


def find_differences(period: Period = ALWAYS, *, tick: Tick | None = None) -> list[Difference]:
    """Compare every cube of ``period`` with a recount; at most ``MOST_DIFFERENCES`` are returned."""
    months, found = period.months(), list[Difference]()
    with folding_held():
        clear([SCRATCH], None, None)
        for sums in _portions(period, tick):
            add_rows({Key(SCRATCH, *cell): amounts for cell, amounts in sums.items()})
        for cube in CUBES:
            span = months if grain_of(cube) is Grain.MONTH else period
            found += islice(_cube_differences(cube, span), MOST_DIFFERENCES - len(found))
        clear([SCRATCH], None, None)
    return sorted(found, key=lambda difference: (difference.key, difference.column))


def _cube_differences(cube: int, span: Period) -> Iterator[Difference]:
    """Compare the finest cube with the recount, any other with the sums of its source."""
    for model, columns in TABLES:
        stored = _stored(model, columns, cube, span)
        if cube == FULL_DAY:
            counted = _stored(model, columns, SCRATCH, span)
        else:
            counted = derived(model, columns, cube, span.first, span.last)
        nothing = [0] * len(columns)
        is_now, should_be = _only_in(stored, counted), _only_in(counted, stored)
        for key in is_now.keys() | should_be.keys():
            pairs = zip(columns, is_now.get(key, nothing), should_be.get(key, nothing), strict=True)
            for column, one, two in pairs:
                if one != two:
                    yield Difference(Key(cube, *key), column, one, two)


def _stored(
    model: type[models.Model], columns: Sequence[str], cube: int, span: Period
) -> tuple[str, list[Any]]:
    """Return the SELECT of a stored cube, shaped as ``derived`` is, and its values."""
    condition, values = condition_of([cube], span.first, span.last)
    names = ", ".join((*Key._fields[1:], *columns))
    return f"SELECT 0, {names} FROM {table_of(model)} WHERE {condition}", values  # noqa: S608 - as above


def _only_in(
    one: tuple[str, list[Any]], other: tuple[str, list[Any]]
) -> dict[tuple[Any, ...], list[int]]:
    """Return rows that the other SELECT does not have, by period and place."""
    (sql, values), (other_sql, other_values) = one, other
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} EXCEPT {other_sql}", [*values, *other_values])
        rows = cursor.fetchmany(MOST_DIFFERENCES)
    return {(read_day(row[1]), *row[2:5]): [int(amount or 0) for amount in row[5:]] for row in rows}


def _portions(period: Period, tick: Tick | None) -> Iterator[Sums]:
    """Yield the recount of ``period`` in portions of whole tickets; a cell may be in several."""
    found: list[Delta] = []
    for ticket_deltas in _by_ticket(period, tick):
        found += ticket_deltas
        if len(found) >= _DELTAS_AT_ONCE:
            yield sum_deltas(found)
            found = []
    yield sum_deltas(found)


def _by_ticket(period: Period, tick: Tick | None) -> Iterator[list[Delta]]:
    """Yield what each ticket adds to the days of ``period``."""
    lines = with_past(stream_lines(_condition(period)))
    for _ticket, group in groupby(lines, key=lambda pair: pair[0].ticket_id):
        pairs = list(group)
        yield [delta for pair in pairs for delta in deltas(*pair) if delta.cell.day in period]
        if tick is not None:
            tick(len(pairs))


def _condition(period: Period) -> Q:
    condition = Q(tallied=True)
    if period != ALWAYS:
        # A ticket's whole story is read when anything of it may fall into the period.
        touched = TicketEvent.objects.filter(
            period.moments("at") | period.moments("ticket__opened_at")
        )
        condition &= Q(ticket_id__in=touched.values("ticket_id"))
    return condition


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
