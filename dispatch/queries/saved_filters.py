"""The filters one person sees above the list, with their counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from dispatch.enums import Role
from dispatch.models import SavedFilter
from dispatch.queries.access import Viewer
from dispatch.queries.counting import capped_counts
from dispatch.queries.ticket_filters import WORDS, matching_tickets, presets_for, read_params
from dispatch.queries.tickets import COUNT_CAP

MAX_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """One filter of the bar. ``count`` is capped, ``None`` where counting would read texts."""

    name: str
    params: dict[str, str]
    count: int | None
    pk: int | None = None
    is_own: bool = False
    is_shared: bool = False


def shown_filters(
    viewer: Viewer, *, user_id: int | None, roles: frozenset[Role], now: datetime
) -> list[ShownFilter]:
    """Return shipped, shared and own filters in their order; two queries whatever there is."""
    rows = SavedFilter.objects.filter(Q(owner=user_id) | Q(is_shared=True))
    saved = sorted(rows[:MAX_SHOWN], key=lambda row: (not row.is_shared, row.order, row.pk))
    found = [ShownFilter(name, params, None) for name, params in presets_for(roles)]
    found += [
        ShownFilter(
            row.name,
            read_params(row.params),
            None,
            row.pk,
            is_own=row.owner_id == user_id,
            is_shared=row.is_shared,
        )
        for row in saved
    ]
    sets = {
        str(index): matching_tickets(viewer, row.params, now=now)
        for index, row in enumerate(found)
        if WORDS not in row.params
    }
    counts = capped_counts(sets, cap=COUNT_CAP)
    return [
        ShownFilter(row.name, row.params, counts.get(str(index)), row.pk, row.is_own, row.is_shared)
        for index, row in enumerate(found)
    ]
