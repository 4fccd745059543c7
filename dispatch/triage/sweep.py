"""The sweep: reports whose bell was lost, or whose worker died, are triaged all the same."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.utils import timezone

from dispatch.queries.untriaged import untriaged_report_ids
from dispatch.triage.pipeline import run_triage

logger = logging.getLogger(__name__)

GRACE = timedelta(seconds=3)
"""The bell comes first; only what it has not brought by then is swept."""
BATCH = 500
BUDGET_SECONDS = 20.0


def sweep_untriaged(*, now: datetime) -> int:
    """Triage what waits, oldest first, within one batch and time budget; return how many were done.

    One report that cannot be triaged (the database refuses it) must not stop those behind it.
    """
    started, done = time.monotonic(), 0
    for report_id in untriaged_report_ids(before=now - GRACE, limit=BATCH):
        if time.monotonic() - started > BUDGET_SECONDS:
            break
        try:
            done += run_triage(report_id, now=timezone.now()) is not None
        except Exception:  # a boundary: the row stays for the next sweep
            logger.exception("triage_failed", extra={"report": report_id})
    if done:
        logger.info("untriaged_swept", extra={"count": done})
    return done
