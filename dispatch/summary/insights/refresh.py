"""The hourly refresh: find everything anew from the rollups, and keep it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from dispatch.domain.insights import Finding, keep_insights
from dispatch.summary.insights import late_queues, repeats, risings, slow_steps
from dispatch.summary.insights.names import Names, read_names

logger = logging.getLogger(__name__)

Finder = Callable[[datetime, Names], list[Finding]]


def _risings(now: datetime, names: Names) -> list[Finding]:
    return risings.find_risings(timezone.localdate(now), names)


def _repeats(now: datetime, names: Names) -> list[Finding]:
    return repeats.find_repeats(timezone.localdate(now), names)


def _slow_steps(now: datetime, names: Names) -> list[Finding]:
    return slow_steps.find_slow_steps(timezone.localdate(now), names)


FINDERS: tuple[tuple[Collection[str], Finder], ...] = (
    (risings.KINDS, _risings),
    (repeats.KINDS, _repeats),
    (slow_steps.KINDS, _slow_steps),
    (late_queues.KINDS, late_queues.find_late_queues),
)


def refresh_insights(*, now: datetime) -> int:
    """Find and keep every kind; idempotent; one kind that fails leaves the others and its own rows.

    Returns how many findings live. Two refreshes at once leave one's.
    """
    names = read_names()
    kept = 0
    for kinds, finder in FINDERS:
        try:
            kept += keep_insights(finder(now, names), kinds=kinds, now=now)
        except IntegrityError:
            logger.info("insights_refreshed_elsewhere kinds=%s", ",".join(kinds))
    logger.info("insights_refreshed living=%s", kept)
    return kept
