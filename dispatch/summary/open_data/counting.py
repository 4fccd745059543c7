"""Counting a month for publication: through the rollups, never from tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dispatch.summary.metrics import OPENED
from dispatch.summary.open_data.disclosure import Block, Key
from dispatch.summary.reading import Place, read_by, read_days
from dispatch.summary.scopes import Scope
from reports.models import Category, Grid

BlockKey = tuple[str, str]
"""Village code, code of the top category."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the month, frozen with it: code → name."""

    villages: dict[str, str]
    tops: dict[str, str]
    grids: dict[str, str]
    categories: dict[str, str]


def last_day(month: date) -> date:
    """Return the last day of the month that begins with ``month``."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def count_month(month: date, *, k: int) -> tuple[dict[BlockKey, Block], Names]:
    """Return every block of the month that counts anything.

    Left out: confidential categories (and all below a confidential one), what has no category, what
    lies in no grid. Two reads for each grid in which something was reported, two more for each grid and
    category that counts ``k``: only those can have a day of ``k``.
    """
    grids = {row.pk: row for row in Grid.objects.defer("polygon")}
    leaves = {row.pk: row for row in _open_leaves()}
    whole = Scope(
        first=month,
        last=last_day(month),
        category_ids=frozenset(leaves),
        grid_ids=frozenset(grids),
    )
    totals: defaultdict[BlockKey, int] = defaultdict(int)
    large: defaultdict[BlockKey, dict[Key, int]] = defaultdict(dict)
    for grid_id in _counted(read_by(whole, Place.GRID)):
        grid = grids[grid_id]
        inside = replace(whole, grid_ids=frozenset({grid_id}))
        for leaf_id, count in _counted(read_by(inside, Place.CATEGORY)).items():
            leaf = leaves[leaf_id]
            key = (grid.village_code, leaf.code[:2])
            totals[key] += count
            if count >= k:
                days = read_days(replace(inside, category_ids=frozenset({leaf_id})))
                large[key].update(
                    ((grid.code, leaf.code, day.isoformat()), n)
                    for day, sums in days.items()
                    if (n := sums.counts[OPENED]) >= k
                )
    sizes = _sizes(grids.values(), leaves.values(), days=(whole.last - whole.first).days + 1)
    blocks = {key: Block(total, large[key], sizes[key]) for key, total in totals.items()}
    return blocks, _names(grids.values(), leaves.values())


def _open_leaves() -> Iterable[Category]:
    rows = Category.objects.filter(parent__isnull=False, confidential=False)
    return rows.filter(parent__confidential=False).select_related("parent")


def _counted(sums: object) -> dict[int, int]:
    """Return what was opened by id, without what counts nothing or belongs to nothing."""
    assert isinstance(sums, dict)
    found = {key: value.counts[OPENED] for key, value in sums.items()}
    return {key: count for key, count in found.items() if key and count > 0}


def _sizes(grids: Iterable[Grid], leaves: Iterable[Category], *, days: int) -> dict[BlockKey, int]:
    """Return how many cells each block has, empty ones included: anybody can count them."""
    in_village: defaultdict[str, int] = defaultdict(int)
    for grid in grids:
        in_village[grid.village_code] += 1
    below: defaultdict[str, int] = defaultdict(int)
    for leaf in leaves:
        below[leaf.code[:2]] += 1
    return {
        (village, top): many * kinds * days
        for village, many in in_village.items()
        for top, kinds in below.items()
    }


def _names(grids: Iterable[Grid], leaves: Iterable[Category]) -> Names:
    places, kinds = list(grids), list(leaves)
    return Names(
        villages={row.village_code: row.village_name for row in places},
        tops={row.code[:2]: row.parent.name for row in kinds if row.parent},
        grids={row.code: row.name for row in places},
        categories={row.code: row.name for row in kinds},
    )
