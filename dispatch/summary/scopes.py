"""What a figure covers: days and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

MAX_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to sum up: days (both included), and, where not ``None``, only these places.

    An empty set is no place at all; 0 in a set stands for "none" (without a category, not dispatched,
    outside every grid).
    """

    first: date
    last: date
    category_ids: frozenset[int] | None = None
    department_ids: frozenset[int] | None = None
    grid_ids: frozenset[int] | None = None

    @property
    def places(self) -> Mapping[str, frozenset[int] | None]:
        """The sets by the column of the rollup each is about."""
        return {
            "category_id": self.category_ids,
            "department_id": self.department_ids,
            "grid_id": self.grid_ids,
        }
