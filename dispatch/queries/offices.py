"""Departments as the residents' side may know them: by any of their names, a code and a name to show."""

from __future__ import annotations

from dispatch.models import Department
from reports.domain.guide_fields import Office


def offices() -> dict[str, Office]:
    """Return every active department under its code, name and short name; one query."""
    found: dict[str, Office] = {}
    for row in Department.objects.filter(is_active=True).order_by("-order", "-pk"):
        office = Office(row.code, row.name)
        found |= dict.fromkeys((row.short_name, row.name, row.code), office)
    return found
