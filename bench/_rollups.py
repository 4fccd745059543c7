"""Rollups of a year, written straight into their tables, and how long it takes to read them.

For ``bench.summary``: the time of a question must not depend on the number of tickets. Real tickets
take too long to make a million of; what a rollup holds of them is three days and places each.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

CATEGORIES, DEPARTMENTS, GRIDS = 60, 15, 100
FIRST, DAYS = date(2025, 12, 1), 365
MONTH = (date(2026, 10, 20), date(2026, 11, 18))
"""A custom range: no whole month, so that every row is one of a day."""
YEAR = (date(2025, 12, 1), date(2026, 11, 30))


def fill_rollups(tickets: int) -> float:
    """Replace the rollups by those of about ``tickets`` a year (PostgreSQL); return the seconds taken."""
    from django.db import connection  # noqa: PLC0415 - after django.setup

    from dispatch.summary.cubes import CUBES, FULL_DAY, SOURCES  # noqa: PLC0415
    from dispatch.summary.storage import TABLES, clear, derive, table_of  # noqa: PLC0415

    began = time.monotonic()
    clear(CUBES, None, None)
    days = (
        f"SELECT DATE '{FIRST}' + floor(random() * {DAYS})::int AS day,"
        f" 1 + floor(random() * {CATEGORIES})::int AS category, 1 + floor(random() * {GRIDS})::int AS grid"
        f" FROM generate_series(1, {3 * tickets})"
    )
    columns = (
        (
            "opened, hour_09, reported, dispatched, dispatch_signed, wait_assessing,"
            " wait_assessing_minutes, stock_handling, closed, closed_minutes"
        ),
        "closed_b040, verified_b035, finished_unit_b030",
    )
    sums = ("n, n, n, n, n, n, 60 * n, n, n, 4000 * n", "n, n, n")
    with connection.cursor() as cursor:
        for (model, _all), names, values in zip(TABLES, columns, sums, strict=True):
            cursor.execute(
                f"INSERT INTO {table_of(model)} (cube, period, category_id, department_id, grid_id, {names})"
                f" SELECT {FULL_DAY}, day, category, category % {DEPARTMENTS} + 1, grid, {values}"
                f" FROM (SELECT day, category, grid, COUNT(*) AS n FROM ({days}) d GROUP BY 1, 2, 3) s"
            )
    for cube in SOURCES:
        derive(cube, None, None)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - began


def read_cockpit(first: date, last: date, **places: Any) -> None:
    """Ask what the cockpit asks: total, by every place, by day, by hour."""
    from dispatch.summary import reading  # noqa: PLC0415 - after django.setup
    from dispatch.summary.scopes import Scope  # noqa: PLC0415

    scope = Scope(first=first, last=last, **places)
    reading.read_total(scope, spreads=True)
    for place in reading.Place:
        reading.read_by(scope, place)
    reading.read_days(scope)
    reading.read_hours(scope)


def measure_reading(runs: int = 15) -> dict[str, float]:
    """Return median milliseconds of the cockpit's questions, by range and limit."""
    limits: dict[str, dict[str, Any]] = {
        "all": {},
        "category": {"category_ids": frozenset({7})},
        "department": {"department_ids": frozenset({3})},
        "grid": {"grid_ids": frozenset({42})},
        "category+grid": {"category_ids": frozenset({7}), "grid_ids": frozenset({42})},
        "department+grid": {"department_ids": frozenset({3}), "grid_ids": frozenset({42})},
    }
    return {
        f"{name} {what}": _median_ms(lambda s=span, p=places: read_cockpit(*s, **p), runs)
        for name, span in (("month", MONTH), ("year", YEAR))
        for what, places in limits.items()
    }


def _median_ms(run: Callable[[], object], runs: int) -> float:
    run()
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        spent.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(spent), 2)
