"""What a figure covers: days and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

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

    def condition(self) -> Q:
        """Return the places as a condition on tallies."""
        condition = Q()
        if self.category_ids is not None:
            condition &= Q(category_id__in=self.category_ids)
        if self.department_ids is not None:
            condition &= Q(department_id__in=self.department_ids)
        if self.grid_ids is not None:
            condition &= Q(grid_id__in=self.grid_ids)
        return condition
