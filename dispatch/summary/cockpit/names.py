"""The names behind the ids, read once for a page: five small queries whatever the number of tickets."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.models import Department
from reports.models import Category, Dimension, Grid


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A node of the tree."""

    id: int
    code: str
    name: str
    parent_id: int | None
    confidential: bool


@dataclass(frozen=True, slots=True)
class GridName:
    """A grid without its border; ``population`` is unknown where nobody registered it."""

    id: int
    code: str
    name: str
    village: str
    population: int | None
    is_active: bool

    @property
    def full_name(self) -> str:
        """Return a name that says the village."""
        return self.name if self.village in self.name else f"{self.village}{self.name}"


@dataclass(frozen=True, slots=True)
class Names:
    """All in the order in which lists show them."""

    categories: dict[int, CategoryName]
    departments: dict[int, str]
    grids: dict[int, GridName]
    dimensions: dict[str, str]
    of_dimension: dict[str, frozenset[int]] = field(default_factory=dict)

    def leaves_of(self, category_id: int) -> frozenset[int]:
        """Return the category and what stands below it."""
        below = (row.id for row in self.categories.values() if row.parent_id == category_id)
        return frozenset({category_id, *below})

    def category(self, category_id: int | None) -> str:
        """Return a category's name, "" for none."""
        row = self.categories.get(category_id or 0)
        return row.name if row else ""

    def department(self, department_id: int | None) -> str:
        """Return a department's short name, "" for none."""
        return self.departments.get(department_id or 0, "")

    def grid(self, grid_id: int | None) -> str:
        """Return a grid's full name, "" for none."""
        row = self.grids.get(grid_id or 0)
        return row.full_name if row else ""


def load_names() -> Names:
    """Read them."""
    columns = ("pk", "code", "name", "parent_id", "confidential")
    categories = {
        row[0]: CategoryName(*row)
        for row in Category.objects.order_by("code").values_list(*columns)
    }
    departments = {
        pk: short or name
        for pk, short, name in Department.objects.values_list("pk", "short_name", "name")
    }
    grid_columns = ("pk", "code", "name", "village_name", "population", "is_active")
    grids = {
        row[0]: GridName(*row) for row in Grid.objects.order_by("code").values_list(*grid_columns)
    }
    dimensions = dict(Dimension.objects.values_list("code", "name"))
    tagged: dict[str, set[int]] = {code: set() for code in dimensions}
    links = Category.dimensions.through.objects.values_list("dimension__code", "category_id")
    for code, category_id in links:
        tagged[code].add(category_id)
    return Names(
        categories,
        departments,
        grids,
        dimensions,
        {code: frozenset(found) for code, found in tagged.items()},
    )
