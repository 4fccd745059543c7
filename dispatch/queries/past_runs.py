"""Triaged reports as they were known at their triage, for trying rules on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from dispatch.models import TriageRun
from reports.enums import UpdateKind
from reports.models import ReportUpdate

ATTACHED = "attached"
_CHUNK = 250


@dataclass(frozen=True, slots=True)
class PastRun:
    """One ticket's own triage. ``steps`` and ``candidates`` are as stored in ``TriageRun``."""

    ticket_id: int
    number: str
    title: str
    confidential: bool
    at: datetime
    decision: str
    report_id: int
    text: str
    kind: str
    channel: str
    role: str | None
    lat: float
    lng: float
    submitted_at: datetime
    confidence: float
    steps: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    supplements: tuple[str, ...] = ()


_COLUMNS = (
    "ticket_id", "ticket__number", "ticket__title", "ticket__confidential", "at", "decision",
    "report_id", "report__text", "report__kind", "report__channel", "report__resident__role",
    "report__lat", "report__lng", "report__submitted_at", "confidence", "steps", "candidates",
)  # fmt: skip


def past_runs(*, limit: int) -> Iterator[PastRun]:
    """Yield the runs that opened a ticket, newest first, in chunks: two queries for every 250.

    A supplement counts when it was there at the time of the triage.
    """
    last: int | None = None
    while limit > 0:
        rows = _chunk(last, min(_CHUNK, limit))
        added = _supplements([row[2] for row in rows if row[-1]])
        for pk, found, report_id, _ in rows:
            at = found[4]
            texts = tuple(text for when, text in added.get(report_id, ()) if when <= at)
            yield replace(PastRun(*found), supplements=texts)
            last = pk
        limit -= len(rows)
        if len(rows) < _CHUNK:
            return


def _chunk(before: int | None, size: int) -> list[tuple[int, tuple[Any, ...], int, bool]]:
    runs = TriageRun.objects.exclude(decision=ATTACHED).order_by("-pk")
    if before is not None:
        runs = runs.filter(pk__lt=before)
    supplemented = Exists(
        ReportUpdate.objects.filter(report=OuterRef("report"), kind=UpdateKind.SUPPLEMENT)
    )
    rows = runs.annotate(supplemented=supplemented).values_list("pk", *_COLUMNS, "supplemented")
    return [(row[0], row[1:-1], row[7], row[-1]) for row in rows[:size]]


def _supplements(report_ids: list[int]) -> dict[int, list[tuple[datetime, str]]]:
    if not report_ids:
        return {}
    rows = ReportUpdate.objects.filter(report_id__in=report_ids, kind=UpdateKind.SUPPLEMENT)
    found: dict[int, list[tuple[datetime, str]]] = {}
    for report_id, at, text in rows.order_by("at", "pk").values_list("report_id", "at", "text"):
        found.setdefault(report_id, []).append((at, text))
    return found
