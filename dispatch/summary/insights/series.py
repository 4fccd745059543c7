"""Daily counts of every category, grid and village, read from the rollups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dispatch.enums import InsightKind
from dispatch.summary.insights.daytypes import Floats
from dispatch.summary.insights.expected import BASE_WEEKS, SEASON_REACH, WEEK, YEAR
from dispatch.summary.insights.names import Names
from dispatch.summary.metrics import OPENED
from dispatch.summary.reading import Place, read_by, read_days
from dispatch.summary.scopes import Scope

EVENINGS = 28
LONGEST = 28
SPAN = YEAR + WEEK * (BASE_WEEKS + SEASON_REACH + 1) + LONGEST + EVENINGS


@dataclass(frozen=True, slots=True)
class Subject:
    """What a series counts: its key, its name, and where."""

    kind: InsightKind
    key: str
    name: str
    category_id: int | None = None
    grid_ids: frozenset[int] | None = None

    def scope(self, first: date, last: date) -> Scope:
        """Return the subject in these days."""
        categories = None if self.category_id is None else frozenset({self.category_id})
        return Scope(first=first, last=last, category_ids=categories, grid_ids=self.grid_ids)


@dataclass(frozen=True, slots=True)
class Board:
    """All series: (subjects, days); the system ran from day index ``start`` on."""

    subjects: tuple[Subject, ...]
    counts: Floats
    first: date
    start: int

    def day(self, index: int) -> date:
        """Return the date of a day index."""
        return self.first + timedelta(days=index)


def read_board(last: date, names: Names) -> Board | None:
    """Read the tickets opened each day up to ``last``; ``None`` before the first one ever.

    Two reads to see what there is, one for each category and grid in which something was opened in the
    last four weeks; what was quiet that long does not rise, and counts as a series of zeros.
    """
    whole = Scope(first=last - timedelta(days=SPAN - 1), last=last)
    total = _array(_opened(whole), whole)
    if not total.any():
        return None
    recent = Scope(first=last - timedelta(days=LONGEST + EVENINGS - 1), last=last)
    categories = _rows(whole, recent, Place.CATEGORY, names.categories)
    grids = _rows(whole, recent, Place.GRID, names.grids)
    subjects, counts = [], []
    for pk, name in names.categories.items():
        subjects.append(
            Subject(InsightKind.RISING_CATEGORY, f"rising:category:{pk}", name, category_id=pk)
        )
        counts.append(categories[pk])
    for pk, name in names.grids.items():
        own = frozenset({pk})
        subjects.append(Subject(InsightKind.RISING_PLACE, f"rising:grid:{pk}", name, grid_ids=own))
        counts.append(grids[pk])
    for village in names.villages:
        key = f"rising:village:{village.code}"
        subjects.append(
            Subject(InsightKind.RISING_PLACE, key, village.name, grid_ids=village.grid_ids)
        )
        counts.append(sum((grids[pk] for pk in village.grid_ids), np.zeros(SPAN)))
    if not subjects:
        return None
    start = int(np.flatnonzero(total)[0])
    return Board(tuple(subjects), np.array(counts), whole.first, start)


def _rows(whole: Scope, recent: Scope, place: Place, names: Mapping[int, str]) -> dict[int, Floats]:
    busy = {pk for pk, sums in read_by(recent, place).items() if sums.counts[OPENED] > 0}
    rows = {}
    for pk in names:
        own = frozenset({pk})
        scope = Scope(
            first=whole.first,
            last=whole.last,
            category_ids=own if place is Place.CATEGORY else None,
            grid_ids=own if place is Place.GRID else None,
        )
        rows[pk] = _array(_opened(scope), whole) if pk in busy else np.zeros(SPAN)
    return rows


def _opened(scope: Scope) -> dict[date, int]:
    return {day: sums.counts[OPENED] for day, sums in read_days(scope).items()}


def _array(opened: Mapping[date, int], scope: Scope) -> Floats:
    row = np.zeros(SPAN)
    for day, count in opened.items():
        row[(day - scope.first).days] = max(count, 0)
    return row
