"""Which rows of the rollups answer a question: a few whole months and the days at the edges.

A slice is plain SQL over rows of one cube, its periods named one by one, so that the primary key
(cube, period, category, department, grid) finds them however many rows there are around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, models

from dispatch.models import Rollup
from dispatch.summary.cubes import ALL, PLACES, Grain, coarsest, month_of, places_of
from dispatch.summary.scopes import Scope
from dispatch.summary.storage import stored_day, table_of

PERIOD = "period"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """A condition on rows of one cube, its values, and the columns that are wanted of them."""

    where: str
    values: tuple[Any, ...]
    columns: frozenset[str]


def flow_slices(scope: Scope, group: str, columns: Iterable[str]) -> list[Slice]:
    """Return the rows of the scope's own days; by day they are never taken as months."""
    if group == PERIOD:
        return _slices(scope, group, columns, months=[], days=_days(scope.first, scope.last))
    months, days = split(scope.first, scope.last)
    return _slices(scope, group, columns, months=months, days=days)


def month_slices(scope: Scope, columns: Iterable[str]) -> tuple[list[Slice], list[Slice]]:
    """Return the rows of the scope's whole months, and those of its other days."""
    months, days = split(scope.first, scope.last)
    return (
        _slices(scope, PERIOD, columns, months=months, days=[]),
        _slices(scope, PERIOD, columns, months=[], days=days),
    )


def stock_slices(scope: Scope, group: str, columns: Iterable[str]) -> list[Slice]:
    """Return the rows of all time up to the scope's last day: one for each month that was, some days."""
    month = month_of(scope.last)
    ends = (scope.last + _A_DAY).day == 1
    days = [] if ends else _days(month, scope.last)
    slices = _slices(scope, group, columns, months=[], days=days)
    cube = coarsest(Grain.MONTH, _told_apart(scope, group))
    parts, values = _places(scope, cube)
    # The township's own row tells which months there are: a row each, and no older one is looked at twice.
    sign = "<=" if ends else "<"
    known = (
        f"period IN (SELECT period FROM {table_of(Rollup)} WHERE cube = {int(Grain.MONTH)}"  # noqa: S608 - our own names
        f" AND period {sign} %s)"
    )
    where = " AND ".join([f"cube = {cube}", known, *parts])
    return [*slices, Slice(where, (stored_day(month), *values), frozenset(columns))]


def read_slices(
    model: type[models.Model], slices: Sequence[Slice], group: str, columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return (value of ``group``, sum of each column), one statement; ``group`` "" is all in one row."""
    if not slices:
        return []
    table = table_of(model)
    parts = []
    for one in slices:
        # 0 and not NULL: a NULL that only the third branch of a UNION gives a type is a text.
        names = ", ".join(name if name in one.columns else f"0 AS {name}" for name in columns)
        shown = f"{group}, {names}" if group else names
        parts.append(f"SELECT {shown} FROM {table} WHERE {one.where}")  # noqa: S608 - our own names
    sums = ", ".join(f"SUM({name})" for name in columns)
    start, end = (group, f" GROUP BY {group}") if group else ("0", "")
    sql = f"SELECT {start}, {sums} FROM ({' UNION ALL '.join(parts)}) found{end}"  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for one in slices for value in one.values])
        return list(cursor.fetchall())


def split(first: date, last: date) -> tuple[list[date], list[date]]:
    """Return the whole months (their first days) of a range, and its days that are in none of them."""
    months: list[date] = []
    days: list[date] = []
    start = first
    while start <= last:
        following = month_of(month_of(start) + timedelta(days=32))
        if start.day == 1 and following - _A_DAY <= last:
            months.append(start)
        else:
            days += _days(start, min(last, following - _A_DAY))
        start = following
    return months, days


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _slices(
    scope: Scope, group: str, columns: Iterable[str], *, months: list[date], days: list[date]
) -> list[Slice]:
    wanted = frozenset(columns)
    found = []
    for grain, periods in ((Grain.MONTH, months), (Grain.DAY, days)):
        if periods:
            cube = coarsest(grain, _told_apart(scope, group))
            parts, values = _places(scope, cube)
            named = ", ".join(["%s"] * len(periods))
            where = " AND ".join([f"cube = {cube}", f"period IN ({named})", *parts])
            stored = (stored_day(period) for period in periods)
            found.append(Slice(where, (*stored, *values), wanted))
    return found


def _told_apart(scope: Scope, group: str) -> int:
    """Return the bits of what the question tells apart: what it asks for and what it is limited to."""
    bits = PLACES.get(group, 0)
    for name, ids in scope.places.items():
        if ids is not None:
            bits |= PLACES[name]
    return bits


def _places(scope: Scope, cube: int) -> tuple[list[str], list[int]]:
    """Return the conditions on the place of a cube's rows."""
    parts: list[str] = []
    values: list[int] = []
    for name, ids in scope.places.items():
        if not places_of(cube) & PLACES[name]:
            parts.append(f"{name} = {ALL}")
        elif ids is not None:
            parts.append(f"{name} IN ({', '.join(['%s'] * len(ids))})" if ids else "1 = 0")
            values += sorted(ids)
    return parts, values
