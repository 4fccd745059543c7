"""Where the open tickets are, for whoever redraws the map."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.enums import OPEN_STATUSES
from dispatch.models import Ticket


def open_ticket_places() -> Iterator[tuple[float, float, str | None, str | None]]:
    """Yield latitude, longitude (WGS-84), code and name of the grid of each open ticket; one query."""
    rows = Ticket.objects.filter(status__in=OPEN_STATUSES)
    return rows.values_list("lat", "lng", "grid__code", "grid__name").iterator(chunk_size=2000)
