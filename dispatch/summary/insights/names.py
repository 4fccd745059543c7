"""Names of places, categories and departments for sentences; three small queries a refresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.models import Department
from reports.models import Category, Grid


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community with the ids of its grids."""

    code: str
    name: str
    grid_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Names:
    """By id: leaves of the category tree, grids, departments; which categories are confidential."""

    categories: Mapping[int, str]
    confidential: frozenset[int]
    grids: Mapping[int, str]
    villages: tuple[Village, ...]
    departments: Mapping[int, str]


def read_names() -> Names:
    """Read them; only what is in use: a closed grid or category says nothing new."""
    leaves = Category.objects.filter(is_active=True, parent__isnull=False)
    categories = list(leaves.values_list("pk", "name", "confidential"))
    grids = list(
        Grid.objects.filter(is_active=True).values_list(
            "pk", "name", "village_code", "village_name"
        )
    )
    departments = Department.objects.values_list("pk", "short_name", "name")
    return Names(
        categories={pk: name for pk, name, _hidden in categories},
        confidential=frozenset(pk for pk, _name, hidden in categories if hidden),
        grids={pk: _grid_name(name, village) for pk, name, _code, village in grids},
        villages=_villages(grids),
        departments={pk: short or name for pk, short, name in departments},
    )


def _grid_name(name: str, village: str) -> str:
    return name if village in name else f"{village}{name}"


def _villages(grids: list[tuple[int, str, str, str]]) -> tuple[Village, ...]:
    """Return the villages of more than one grid; of one grid, grid and village are the same."""
    codes = dict.fromkeys(code for _pk, _name, code, _village in grids)
    found = []
    for code in codes:
        own = [(pk, village) for pk, _name, its, village in grids if its == code]
        if len(own) > 1:
            found.append(Village(code, own[0][1], frozenset(pk for pk, _village in own)))
    return tuple(found)
