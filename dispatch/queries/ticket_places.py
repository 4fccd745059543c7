"""Where the open tickets are, for whoever redraws the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket
from reports.models import Grid, Landmark


def open_ticket_places() -> Iterator[tuple[float, float, str | None, str | None]]:
    """Yield latitude, longitude (WGS-84), code and name of the grid of each open ticket; one query."""
    rows = Ticket.objects.filter(status__in=OPEN_STATUSES)
    return rows.values_list("lat", "lng", "grid__code", "grid__name").iterator(chunk_size=2000)


def map_outline() -> dict[str, list[dict[str, Any]]]:
    """Return the active grids with their shapes and the landmarks, as plain JSON; two queries."""
    grids = Grid.objects.filter(is_active=True).values("name", "village_name", "code", "polygon")
    marks = Landmark.objects.filter(is_active=True).values(
        "name", "aliases", "lat", "lng", "radius_m"
    )
    return {"grids": [{**row} for row in grids], "landmarks": [{**row} for row in marks]}
