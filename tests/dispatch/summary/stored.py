"""What the rollups hold, as the tests look at it: past all reading code."""

from __future__ import annotations

from collections import Counter
from datetime import date

from dispatch.summary.cubes import CUBES, Grain, Key, key_of
from dispatch.summary.storage import TABLES, Sums

Rows = dict[Key, dict[str, int]]


def stored_rows(*cubes: int) -> Rows:
    """Return the columns that are not 0, by key; rows without any are left out."""
    found: Rows = {}
    for model, columns in TABLES:
        rows = model._default_manager.filter(cube__in=cubes or CUBES)
        for row in rows.values_list(*Key._fields, *columns):
            amounts = {name: n for name, n in zip(columns, row[5:], strict=True) if n}
            if amounts:
                found.setdefault(Key(*row[:5]), {}).update(amounts)
    return found


def expected_rows(sums: Sums) -> Rows:
    """Return what every cube has to hold, added up here and not by the database."""
    found: Rows = {}
    for cell, amounts in sums.items():
        for cube in CUBES:
            row = found.setdefault(key_of(cell, cube), {})
            for column, amount in amounts.items():
                row[column] = row.get(column, 0) + amount
    kept = {key: {name: n for name, n in row.items() if n} for key, row in found.items()}
    return {key: row for key, row in kept.items() if row}


def totals() -> Counter[str]:
    """Return every column over all days and places."""
    total: Counter[str] = Counter()
    for row in stored_rows(Grain.DAY).values():
        total.update(row)
    return Counter({name: n for name, n in total.items() if n})


def busy_days() -> list[date]:
    """Return the days that have a row, in order."""
    return sorted(key.period for key in stored_rows(Grain.DAY))
