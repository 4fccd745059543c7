"""From the township's reports to its hotspots: read, group, describe, keep."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import mean

from django.db import IntegrityError
from django.utils import timezone

from dispatch.domain.hotspots import FoundHotspot, HotspotFacts, keep_hotspots
from dispatch.models import Hotspot
from dispatch.queries.hotspots import ReportRow, recent_reports
from dispatch.triage.hotspots.clusters import Message, find_clusters
from dispatch.triage.hotspots.growth import RECENT_DAYS, measure_growth
from reports.enums import ReportKind
from xiangcun.lib.geo import distance_m
from xiangcun.lib.similarity import first_sentence, likeness, print_of
from xiangcun.lib.text import mask_contacts

logger = logging.getLogger(__name__)

MIN_PEOPLE = 3
"""Two neighbours who speak of one thing are no hotspot."""
_COMPARED = 30
_VILLAGE_SHARE = 0.6
_PLACELESS = frozenset({ReportKind.CONSULTATION, ReportKind.OPINION})


def refresh_hotspots(*, now: datetime) -> list[Hotspot]:
    """Find the hotspots of the window anew and keep them; idempotent, some seconds of one core."""
    rows = recent_reports(now=now)
    try:
        hotspots = keep_hotspots(find_hotspots(rows, now=now), now=now)
    except IntegrityError:
        logger.info("hotspots_refreshed_elsewhere")
        return []
    logger.info("hotspots_refreshed reports=%s hotspots=%s", len(rows), len(hotspots))
    return hotspots


def find_hotspots(rows: Sequence[ReportRow], *, now: datetime) -> list[FoundHotspot]:
    """Group the reports and describe every group of enough people."""
    clusters = find_clusters([_message(row) for row in rows])
    groups = ([rows[index] for index in cluster] for cluster in clusters)
    return [_describe(group, now=now) for group in groups if _people(group) >= MIN_PEOPLE]


def _message(row: ReportRow) -> Message:
    """Read a report as title and body; a question about a rule has no place."""
    point = row.point if _has_place(row) else None
    return Message(first_sentence(row.text), row.text, point)


def _has_place(row: ReportRow) -> bool:
    return row.placed and row.kind not in _PLACELESS


def _describe(group: list[ReportRow], *, now: datetime) -> FoundHotspot:
    recent = now - timedelta(days=RECENT_DAYS)
    previous = recent - timedelta(days=RECENT_DAYS)
    recent_people = _people(row for row in group if row.at > recent)
    before_people = _people(row for row in group if row.at <= recent)
    growth = measure_growth(recent_people, before_people)
    lat, lng, radius = _circle(group)
    facts = HotspotFacts(
        title=_title(group),
        place_name=_place_name(group),
        category_id=Counter(row.category_id for row in group).most_common(1)[0][0],
        lat=lat,
        lng=lng,
        radius_m=radius,
        report_count=len(group),
        resident_count=_people(group),
        recent_residents=recent_people,
        previous_residents=_people(row for row in group if previous < row.at <= recent),
        growth_low=round(growth.low, 3),
        trend=growth.trend,
        day_count=len({timezone.localtime(row.at).date() for row in group}),
        first_at=min(row.at for row in group),
        last_at=max(row.at for row in group),
    )
    return FoundHotspot(facts, frozenset(row.report_id for row in group))


def _people(rows: Iterable[ReportRow]) -> int:
    """Count residents; a report whose resident has left counts for itself."""
    return len({row.resident_id or f"report-{row.report_id}" for row in rows})


def _title(group: list[ReportRow]) -> str:
    """Return the opening of the report that is most like the others, contacts masked."""
    some = group[-_COMPARED:]
    prints = [print_of(row.text) for row in some]
    best = max(
        range(len(some)),
        key=lambda index: (sum(likeness(prints[index], one) for one in prints), index),
    )
    return mask_contacts(first_sentence(some[best].text))[:80]


def _place_name(group: list[ReportRow]) -> str:
    """Return the village most of it lies in, "" for what is spread or has no place."""
    placed = [row for row in group if _has_place(row)]
    if not placed:
        return ""
    name, count = Counter(row.village for row in placed).most_common(1)[0]
    return name if count >= _VILLAGE_SHARE * len(group) else ""


def _circle(group: list[ReportRow]) -> tuple[float | None, float | None, int | None]:
    placed = [row.point for row in group if _has_place(row)]
    if 2 * len(placed) < len(group):
        return None, None, None
    lat, lng = mean(point[0] for point in placed), mean(point[1] for point in placed)
    return lat, lng, round(max(distance_m(lat, lng, *point) for point in placed))
