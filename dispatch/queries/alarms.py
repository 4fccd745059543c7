"""Open alarms for the red bar, and who may see them at all."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.models import Alarm
from dispatch.queries.access import Viewer, unless_recused

MOST_SHOWN = 20
"""The bar shows so many; the count goes one further and then reads ``20+``."""


def open_alarms(viewer: Viewer) -> Sequence[Alarm]:
    """Return the alarms nobody acknowledged, oldest first; none for a department (one query)."""
    if not viewer.is_command_room:
        return []
    rows = unless_recused(viewer, Alarm.objects.filter(acknowledged_at__isnull=True))
    related = ("ticket__category", "ticket__grid", "ticket__lead_department", "report")
    return list(rows.select_related(*related).order_by("raised_at", "pk")[: MOST_SHOWN + 1])
