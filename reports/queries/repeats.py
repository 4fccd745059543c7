"""Whether the same person, or the same phone, has just said nearly the same about the same place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from reports.models import OPEN_STATUSES, Report, Resident
from xiangcun.lib.geo import distance_m
from xiangcun.lib.rows import RowQuery
from xiangcun.lib.similarity import likeness, places_agree, print_of

WINDOW = timedelta(hours=24)
SAME_WORDS = 0.85
"""Likeness from which it is the same text with a word changed; another matter reaches 0.5."""
NEAR_M = 200.0
_LOOKED_AT = 20
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_COLUMNS = ("pk", "resident_id", "client_id", "text", "lat", "lng", "submitted_at")


def _open_since() -> QuerySet[Report]:
    rows = Report.objects.filter(submitted_at__gte=_EARLIEST)
    return rows.filter(public_status__in=[str(status) for status in OPEN_STATUSES])


def _of_resident() -> QuerySet[Report, tuple[Any, ...]]:
    rows = _open_since().filter(resident_id=0).order_by("-id")
    return rows.values_list(*_COLUMNS)[:_LOOKED_AT]


def _of_either() -> QuerySet[Report, tuple[Any, ...]]:
    # The empty one is ruled out in words, so that the partial index of devices can be used.
    device = Q(sender_device="x") & ~Q(sender_device="")
    rows = _open_since().filter(Q(resident_id=0) | device).order_by("-id")
    return rows.values_list(*_COLUMNS)[:_LOOKED_AT]


# Asked of every report, so compiled once.
_BY_RESIDENT, _BY_EITHER = RowQuery(_of_resident), RowQuery(_of_either)


def repeated_report(
    resident: Resident,
    *,
    client_id: UUID,
    text: str,
    point: tuple[float, float],
    device: str,
    now: datetime,
) -> Report | None:
    """Return the open report of the last 24 hours that this one repeats, the newest first.

    ``point`` is WGS-84, ``device`` a digest or "". A report under the same ``client_id`` is the same
    report sent again, which is somebody else's question.
    """
    mine = print_of(text)
    for pk, owner, key, words, lat, lng, _at in _recent(resident, device, now=now):
        if owner == resident.pk and key == client_id:
            continue
        theirs = print_of(words)
        far = distance_m(*point, lat, lng) > NEAR_M
        if far or likeness(mine, theirs) < SAME_WORDS or places_agree(mine, theirs) is False:
            continue
        return Report.objects.get(pk=pk)
    return None


def _recent(resident: Resident, device: str, *, now: datetime) -> list[list[Any]]:
    where = (now - WINDOW, *(str(status) for status in OPEN_STATUSES), resident.pk)
    return _BY_EITHER.all(*where, device, "") if device else _BY_RESIDENT.all(*where)
