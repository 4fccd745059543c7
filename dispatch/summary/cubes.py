"""How the rollups are cut: by day or month, by which of category, department and grid.

A cube tells some of the three apart and adds up over the others, so that a figure of the whole
township is one row a day and not thousands. Whatever is asked is read from the coarsest cube that
tells apart what the question does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from dispatch.summary.deltas import Cell

ALL = -1
"""The id of "all together" in a cube that does not tell these apart."""

CATEGORY, DEPARTMENT, GRID = 1, 2, 4
FULL = CATEGORY | DEPARTMENT | GRID
PLACES: Mapping[str, int] = MappingProxyType(
    {"category_id": CATEGORY, "department_id": DEPARTMENT, "grid_id": GRID}
)
"""The columns of a place and the bit of each in a cube."""


class Grain(IntEnum):
    """How long a period is; added to the bits of the places it is the number of a cube."""

    DAY = 0
    MONTH = 8


FULL_DAY = Grain.DAY + FULL
FULL_MONTH = Grain.MONTH + FULL
SOURCES: Mapping[int, int] = MappingProxyType(
    {
        Grain.DAY + (CATEGORY | DEPARTMENT): FULL_DAY,
        Grain.DAY + (DEPARTMENT | GRID): FULL_DAY,
        Grain.DAY + CATEGORY: Grain.DAY + (CATEGORY | DEPARTMENT),
        Grain.DAY + DEPARTMENT: Grain.DAY + (CATEGORY | DEPARTMENT),
        Grain.DAY + GRID: Grain.DAY + (DEPARTMENT | GRID),
        Grain.DAY + 0: Grain.DAY + DEPARTMENT,
        FULL_MONTH: FULL_DAY,
        Grain.MONTH + (CATEGORY | DEPARTMENT): FULL_MONTH,
        Grain.MONTH + (CATEGORY | GRID): FULL_MONTH,
        Grain.MONTH + (DEPARTMENT | GRID): FULL_MONTH,
        Grain.MONTH + CATEGORY: Grain.MONTH + (CATEGORY | DEPARTMENT),
        Grain.MONTH + DEPARTMENT: Grain.MONTH + (CATEGORY | DEPARTMENT),
        Grain.MONTH + GRID: Grain.MONTH + (DEPARTMENT | GRID),
        Grain.MONTH + 0: Grain.MONTH + DEPARTMENT,
    }
)
"""Every other cube, each after the finer one it is the sum of; ``FULL_DAY`` comes from the ledger.

Category and grid of a day are read from ``FULL_DAY``: a category's matters in one grid go to one or
two departments, so that a cube of their own would be as large and save nothing.
"""

CUBES = (FULL_DAY, *SOURCES)


class Key(NamedTuple):
    """The key of a row."""

    cube: int
    period: date
    category_id: int
    department_id: int
    grid_id: int


def grain_of(cube: int) -> Grain:
    """Return how long the periods of a cube are."""
    return Grain.MONTH if cube >= Grain.MONTH else Grain.DAY


def places_of(cube: int) -> int:
    """Return the bits of what a cube tells apart."""
    return cube - grain_of(cube)


def coarsest(grain: Grain, places: int) -> int:
    """Return the smallest cube that tells ``places`` apart."""
    cube = grain + places
    return cube if cube in CUBES else grain + FULL


def month_of(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


def keys_of(cell: Cell) -> Iterator[Key]:
    """Yield the key of every row a cell adds to."""
    for cube in CUBES:
        yield key_of(cell, cube)


def key_of(cell: Cell, cube: int) -> Key:
    """Return the key of the row of ``cube`` a cell adds to."""
    places = places_of(cube)
    return Key(
        cube,
        cell.day if grain_of(cube) is Grain.DAY else month_of(cell.day),
        cell.category_id if places & CATEGORY else ALL,
        cell.department_id if places & DEPARTMENT else ALL,
        cell.grid_id if places & GRID else ALL,
    )
