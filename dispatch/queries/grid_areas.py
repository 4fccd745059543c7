"""Where a grid officer works."""

from __future__ import annotations

from dispatch.enums import Role
from dispatch.models import Membership
from reports.models import Grid


def works_in_area(user_id: int, grid: Grid) -> bool:
    """Whether the account has an active grid officer's seat for ``grid``: that of its village."""
    seats = Membership.objects.filter(
        user_id=user_id, role=Role.GRID, is_active=True, department__is_active=True
    )
    return seats.filter(department__village_code=grid.village_code).exists()
