"""Tallies for the tests of insights, put where the reading API finds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from dispatch.models import Department
from dispatch.summary.deltas import Cell
from dispatch.summary.storage import add_to_rollups
from reports.models import Category, Grid


def tally(
    day: date,
    *,
    category: Category | None = None,
    department: Department | None = None,
    grid: Grid | None = None,
    **amounts: int,
) -> None:
    """Add amounts (columns of the rollup) on a day at a place."""
    add_to_rollups({_cell(day, category, department, grid): amounts})


def tally_days(
    days: Iterable[tuple[date, int]],
    *,
    category: Category | None = None,
    department: Department | None = None,
    grid: Grid | None = None,
    column: str = "opened",
) -> None:
    """Add a count on each of many days at one place, in one go."""
    sums: defaultdict[Cell, dict[str, int]] = defaultdict(dict)
    for day, count in days:
        if count:
            sums[_cell(day, category, department, grid)] = {column: count}
    add_to_rollups(dict(sums))


def steady(last: date, *, weeks: int, a_week: int) -> list[tuple[date, int]]:
    """Return a quiet past: ``a_week`` spread over the days of each of ``weeks`` up to ``last``."""
    return [
        (last - timedelta(days=back), (back % 7 + 1) * a_week // 7 - (back % 7) * a_week // 7)
        for back in range(weeks * 7)
    ]


def _cell(
    day: date, category: Category | None, department: Department | None, grid: Grid | None
) -> Cell:
    return Cell(
        day,
        category.pk if category else 0,
        department.pk if department else 0,
        grid.pk if grid else 0,
    )
