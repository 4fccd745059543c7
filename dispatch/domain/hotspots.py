"""Keeping the hotspots of a refresh: those known before are changed, not made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from dispatch.models import Hotspot, HotspotReport

SAME = 0.5
"""Share of the smaller one's reports from which two refreshes mean the same hotspot."""


@dataclass(frozen=True, slots=True)
class HotspotFacts:
    """The columns of ``Hotspot`` that a refresh finds out; units and meaning as there."""

    title: str
    place_name: str
    category_id: int | None
    lat: float | None
    lng: float | None
    radius_m: int | None
    report_count: int
    resident_count: int
    recent_residents: int
    previous_residents: int
    growth_low: float
    trend: str
    day_count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class FoundHotspot:
    """A hotspot as found now: its facts and the ids of its reports."""

    facts: HotspotFacts
    report_ids: frozenset[int]


def keep_hotspots(found: Sequence[FoundHotspot], *, now: datetime) -> list[Hotspot]:
    """Store what was found, in one transaction; what is no hotspot any more goes.

    A hotspot whose reports overlap with one of before keeps its id, the greatest overlap first, so
    that a link passed on in the morning still works in the afternoon. Two refreshes at once: the row
    locks make them take turns, and on an empty table the unique report makes the later one fail.
    """
    with transaction.atomic():
        kept = {row.pk: row for row in Hotspot.objects.select_for_update().order_by("pk")}
        members: dict[int, set[int]] = {pk: set() for pk in kept}
        for hotspot_id, report_id in HotspotReport.objects.values_list("hotspot_id", "report_id"):
            members.setdefault(hotspot_id, set()).add(report_id)
        known = _match(found, members)
        Hotspot.objects.exclude(pk__in=known.values()).delete()
        HotspotReport.objects.all().delete()
        stored = [_store(row, known.get(index), now=now) for index, row in enumerate(found)]
        HotspotReport.objects.bulk_create(
            HotspotReport(hotspot=hotspot, report_id=report_id)
            for hotspot, row in zip(stored, found, strict=True)
            for report_id in sorted(row.report_ids)
        )
        return stored


def _match(found: Sequence[FoundHotspot], members: dict[int, set[int]]) -> dict[int, int]:
    """Return position in ``found`` → id of the hotspot it was before."""
    holder = {report: pk for pk, reports in members.items() for report in reports}
    shared: Counter[tuple[int, int]] = Counter()
    for index, row in enumerate(found):
        shared.update((index, holder[report]) for report in row.report_ids if report in holder)
    known: dict[int, int] = {}
    for (index, pk), count in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])):
        smaller = min(len(found[index].report_ids), len(members[pk]))
        if index not in known and pk not in known.values() and count >= SAME * smaller:
            known[index] = pk
    return known


def _store(found: FoundHotspot, pk: int | None, *, now: datetime) -> Hotspot:
    hotspot = Hotspot(pk=pk, refreshed_at=now, **asdict(found.facts))
    hotspot.save(force_insert=pk is None, force_update=pk is not None)
    return hotspot
