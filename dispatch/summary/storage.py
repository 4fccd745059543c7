"""Writing the rollups' rows: adding to them, and making coarser cubes of finer ones.

Plain SQL, the same for PostgreSQL and SQLite: the ORM's ``update_conflicts`` can only overwrite, not
add, and compiling a hundred sums costs more than running them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, models, transaction

from dispatch.enums.measures import MEASURE_COLUMNS, SPREAD_COLUMNS
from dispatch.models import Rollup, RollupSpread
from dispatch.summary.cubes import (
    ALL,
    CUBES,
    PLACES,
    SOURCES,
    Key,
    grain_of,
    key_of,
    places_of,
)
from dispatch.summary.deltas import Cell, Delta

TABLES: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Rollup, MEASURE_COLUMNS),
    (RollupSpread, SPREAD_COLUMNS),
)
"""Both tables, each with its columns beside the key."""

_SPREAD = frozenset(SPREAD_COLUMNS)
_KEY = Key._fields
_FOLD_LOCK = 0x58435F52  # any number that nobody else locks
_MAX_VALUES = 9000  # SQLite takes 32,766 values a statement

Amounts = Mapping[str, int]
Sums = dict[Cell, dict[str, int]]


@contextmanager
def folding_held() -> Iterator[None]:
    """Be the only one who writes the rollups until the end of the block (a transaction).

    Every fold adds to the township's own row of the day, so that folds could only wait for each other
    anyhow; one lock in front is cheaper, and no two of them can wait in a circle. It is an advisory lock,
    which stops no VACUUM. SQLite: an IMMEDIATE transaction is alone anyway.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
        yield


def sum_deltas(found: Iterable[Delta]) -> Sums:
    """Add up deltas by cell and column, leaving out what cancels."""
    sums: defaultdict[Cell, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell, column, amount in found:
        sums[cell][column] += amount
    kept = {
        cell: {column: amount for column, amount in amounts.items() if amount}
        for cell, amounts in sums.items()
    }
    return {cell: amounts for cell, amounts in kept.items() if amounts}


def add_to_rollups(sums: Sums, *, cubes: Sequence[int] = CUBES) -> None:
    """Add to the rows of ``cubes``, making those that are missing."""
    rows: dict[Key, dict[str, int]] = {}
    for cell, amounts in sums.items():
        for cube in cubes:
            row = rows.setdefault(key_of(cell, cube), {})
            for column, amount in amounts.items():
                row[column] = row.get(column, 0) + amount
    add_rows(rows)


def add_rows(rows: Mapping[Key, Amounts]) -> None:
    """Add to rows by their keys: one statement for all that fill the same columns."""
    alike: dict[tuple[bool, tuple[str, ...]], list[list[Any]]] = {}
    for key in sorted(rows):
        parts: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for column, amount in rows[key].items():
            if amount:
                parts[column in _SPREAD][column] = amount
        stored = _stored_key(key)
        for is_spread, part in enumerate(parts):
            if part:
                names = tuple(sorted(part))
                values = [*stored, *(part[name] for name in names)]
                alike.setdefault((bool(is_spread), names), []).append(values)
    with connection.cursor() as cursor:
        for (is_spread, names), found in alike.items():
            _upsert(cursor, RollupSpread if is_spread else Rollup, names, found)


def _upsert(
    cursor: Any, model: type[models.Model], names: tuple[str, ...], rows: list[list[Any]]
) -> None:
    table, width = table_of(model), len(_KEY) + len(names)
    columns = ", ".join((*_KEY, *names))
    # An amount that cancels becomes NULL again, so that a row is what a recount would write.
    added = ", ".join(
        f"{name} = NULLIF(COALESCE({table}.{name}, 0) + excluded.{name}, 0)" for name in names
    )
    size = max(_MAX_VALUES // width, 1)
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        places = ", ".join([f"({', '.join(['%s'] * width)})"] * len(part))
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {places}"  # noqa: S608 - our own names
            f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {added}",
            [value for row in part for value in row],
        )


def clear(cubes: Iterable[int], first: date | None, last: date | None) -> None:
    """Delete the rows of ``cubes`` with a period from ``first`` to ``last``, both included."""
    for model, _columns in TABLES:
        condition, values = condition_of(cubes, first, last)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table_of(model)} WHERE {condition}", values)  # noqa: S608 - as above


def derive(cube: int, first: date | None, last: date | None) -> None:
    """Write the rows of a cube for the source's periods from ``first`` to ``last``; there are none yet."""
    for model, columns in TABLES:
        select, values = derived(model, columns, cube, first, last, shown=cube)
        names = ", ".join((*_KEY, *columns))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table_of(model)} ({names}) {select}", values)


def derived(
    model: type[models.Model],
    columns: Sequence[str],
    cube: int,
    first: date | None,
    last: date | None,
    *,
    shown: int = 0,
) -> tuple[str, list[Any]]:
    """Return the SELECT that makes a cube of the finer one it is the sum of, and its values.

    ``shown`` stands in the first column: the key's ``cube``.
    """
    source = SOURCES[cube]
    condition, values = condition_of([source], first, last)
    same_grain = grain_of(cube) is grain_of(source)
    period = "period" if same_grain else _month_sql()
    kept = [name for name, bit in PLACES.items() if places_of(cube) & bit]
    places = ", ".join(name if name in kept else f"{ALL}" for name in PLACES)
    sums = ", ".join(f"NULLIF(SUM({name}), 0)" for name in columns)
    groups = ", ".join((period, *kept))
    sql = (
        f"SELECT {shown}, {period}, {places}, {sums} FROM {table_of(model)}"  # noqa: S608 - as above
        f" WHERE {condition} GROUP BY {groups}"
    )
    return sql, values


def condition_of(
    cubes: Iterable[int], first: date | None, last: date | None
) -> tuple[str, list[Any]]:
    """Return the condition on rows of ``cubes`` in a range of periods, and its values."""
    parts, values = [f"cube IN ({', '.join(str(int(cube)) for cube in cubes)})"], []
    for sign, day in ((">=", first), ("<=", last)):
        if day is not None:
            parts.append(f"period {sign} %s")
            values.append(stored_day(day))
    return " AND ".join(parts), values


def table_of(model: type[models.Model]) -> str:
    """Return the quoted name of a model's table."""
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - the documented meta API


def stored_day(day: date) -> Any:
    """Return a date as a parameter of plain SQL."""
    return connection.ops.adapt_datefield_value(day)


def read_day(value: Any) -> date:
    """Return the date of a plain SQL result: SQLite has texts."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _stored_key(key: Key) -> tuple[Any, ...]:
    return (key.cube, stored_day(key.period), *key[2:])


def _month_sql() -> str:
    if connection.vendor == "postgresql":
        return "date_trunc('month', period)::date"
    return "date(period, 'start of month')"
