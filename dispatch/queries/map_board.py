"""What the map board draws: the open tickets of the viewer's queues, capped, in two queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Department, Ticket
from dispatch.queries.access import Viewer, current_tickets
from reports.enums import ReportKind
from reports.models import Category, Grid

CAP = 20_000
COLUMNS = (
    "pk", "number", "title", "status", "urgency", "category_id", "lead_department_id", "grid_id",
    "lat", "lng", "opened_at", "next_due_at", "paused_at", "card",
)  # fmt: skip
_POINT = frozenset({"lat", "lng"})


def board_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Return the open tickets with a place that stand in ``viewer``'s queues now; letters have none."""
    rows = current_tickets(viewer).filter(status__in=OPEN_STATUSES)
    return rows.filter(kind=ReportKind.PROBLEM, placed=True)


def board_rows(viewer: Viewer) -> list[list[Any]]:
    """Return at most ``CAP`` rows of ``COLUMNS``, the newest first.

    Where the exact point would lead to the reporter it is rounded to about 100 m, as on the page.
    """
    rows = board_tickets(viewer).order_by("-pk").values_list(*COLUMNS, "confidential")
    exact = viewer.is_command_room
    return [row if exact or not hidden else _coarse(row) for *row, hidden in rows[:CAP]]


def _coarse(row: list[Any]) -> list[Any]:
    return [
        round(cell, 3) if name in _POINT else cell for name, cell in zip(COLUMNS, row, strict=True)
    ]


def board_state(viewer: Viewer) -> dict[str, Any]:
    """Return figures that differ whenever the rows do: every event of a ticket adds to its version."""
    return board_tickets(viewer).aggregate(
        count=Count("pk"), ids=Sum("pk"), versions=Sum("version"), latest=Max("status_since")
    )


def board_names() -> dict[str, list[tuple[int, str]]]:
    """Return the names behind the ids, in the order of the lists (two small queries)."""
    categories = Category.objects.order_by("code").values_list("pk", "code", "name")
    departments = Department.objects.order_by("order", "pk").values_list("pk", "short_name")
    return {
        "categories": [(pk, f"{code} {name}") for pk, code, name in categories],
        "departments": list(departments),
    }


def board_grids() -> list[dict[str, Any]]:
    """Return the grids in use with their shape, by code."""
    rows = Grid.objects.filter(is_active=True).order_by("code")
    return [dict(row) for row in rows.values("id", "name", "village_name", "polygon")]
