"""Danger in what a resident says later: supplements, answers, urgings, reopenings.

Runs where the resident is answered, inside their transaction, so it reads the danger words alone and
not the classifier.
"""

from __future__ import annotations

import time as clock
from collections.abc import Mapping

from django.db.models import Count, Max

from dispatch.domain.alerts import Alert
from dispatch.models import DangerTerm
from dispatch.triage.dangers import Danger, danger_of, find_dangers
from reports.enums import ReportKind, ResidentAction, Urgency
from reports.models import Report

CHECK_SECONDS = 3.0
LISTENED = frozenset({ResidentAction.SUPPLEMENT, ResidentAction.URGE, ResidentAction.REOPEN})


class _Kept:
    """The process's copy and when to look again (monotonic)."""

    dangers: tuple[Danger, ...] = ()
    fingerprint: tuple[object, ...] = ()
    check_at = 0.0


def read_dangers_of_rows() -> tuple[Danger, ...]:
    """Return the active danger words."""
    return tuple(danger_of(row) for row in DangerTerm.objects.filter(is_active=True))


def current_dangers() -> tuple[Danger, ...]:
    """Return the active danger words, at most ``CHECK_SECONDS`` behind the table."""
    if clock.monotonic() >= _Kept.check_at:
        state = DangerTerm.objects.aggregate(rows=Count("pk"), latest=Max("updated_at"))
        if tuple(state.values()) != _Kept.fingerprint:
            _Kept.dangers = read_dangers_of_rows()
            _Kept.fingerprint = tuple(state.values())
        _Kept.check_at = clock.monotonic() + CHECK_SECONDS
    return _Kept.dangers


def forget_dangers() -> None:
    """Read the table anew at the next use."""
    _Kept.check_at, _Kept.fingerprint = 0.0, ()


def tells_danger(text: str) -> bool:
    """Whether a text tells of danger of any degree: what may never be turned away."""
    return bool(find_dangers(text, current_dangers()))


def alert_in(report: Report, action: ResidentAction, payload: Mapping[str, object]) -> Alert | None:
    """Return the mortal danger that the resident's words tell of, ``None`` for none."""
    words = str(payload.get("text") or payload.get("reason") or "")
    if action not in LISTENED or not words or report.kind == ReportKind.PRAISE:
        return None
    found = next(iter(find_dangers(words, current_dangers())), None)
    if found is None or found.urgency != Urgency.P0:
        return None
    reason = f"居民{action.label}时提到“{found.said}”"
    return Alert(Urgency.P0, reason, hazard=found.hazard, report_id=report.pk)
