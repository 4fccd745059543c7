"""Drafting what is due on a working morning: once each, missed ones made up for."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from dispatch.enums import BriefKind
from dispatch.models import Brief
from dispatch.queries.briefs import first_ticket_day
from dispatch.queries.calendar import work_calendar
from dispatch.summary.briefs.snapshot import build_brief
from dispatch.summary.briefs.spans import Span, due_spans
from xiangcun.lib.workdays import SHANGHAI

logger = logging.getLogger(__name__)


def draft_due_briefs(*, now: datetime) -> list[Brief]:
    """Make the drafts that are missing; twice is once. Nothing before the hour, or on days nobody works.

    Days before the first ticket ever are no brief's.
    """
    local = now.astimezone(SHANGHAI)
    begun = first_ticket_day()
    if begun is None or local.time() < settings.BRIEF_FROM:
        return []
    made = []
    for span in _due(now):
        if span.last < begun:
            continue
        brief, fresh = build_brief(span, user=None, now=now)
        if fresh:
            logger.info("brief_drafted brief=%s kind=%s", brief.pk, brief.kind)
            made.append(brief)
    return made


def _due(now: datetime) -> list[Span]:
    today, calendar = now.astimezone(SHANGHAI).date(), work_calendar()
    kinds = [kind for kind in BriefKind if kind.value in settings.BRIEF_KINDS]
    return [span for kind in kinds for span in due_spans(kind, today, calendar)]
