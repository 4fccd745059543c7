"""A week of the office for the tests of briefs, through the real door."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dispatch.domain.actors import Actor, resident_actor
from dispatch.domain.briefs import Edit, edit_brief, sign_brief, submit_brief
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Brief, Ticket
from dispatch.queries.briefs import latest_version
from dispatch.summary.briefs.snapshot import build_brief
from dispatch.summary.briefs.spans import week_of
from tests.dispatch.factories import NOW, Cast, fields_for, make_report, make_ticket
from xiangcun.lib.workdays import SHANGHAI

MONDAY = NOW - timedelta(days=1)
"""The brief's morning: 2026-11-23, 10:00 in Shanghai."""
IN_WEEK = NOW - timedelta(days=5)
WEEK = week_of(IN_WEEK.astimezone(SHANGHAI).date())


def rated(cast: Cast, *, text: str, result: str, now: datetime = IN_WEEK) -> Ticket:
    """Return a ticket that a resident rated with 5; ``result`` is the handler's account."""
    report = make_report(text=text, now=now)
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast, report=report, now=now)
    Ticket.objects.filter(pk=ticket.pk).update(title=text, result_text=result)
    fields = fields_for(TicketAction.RATE, cast, now=now)
    actor = resident_actor(report.pk)
    return perform(ticket.pk, TicketAction.RATE, actor=actor, now=now, fields=fields)


def weekly(*, now: datetime = MONDAY) -> Brief:
    """Return the draft of the week before."""
    return build_brief(WEEK, user=None, now=now)[0]


def edit(brief: Brief, actor: Actor, *, version: int | None = None, **blocks: Any) -> Brief:
    """Change texts and tick every case."""
    last = latest_version(brief)
    ticked = frozenset(key for key in last.blocks if key.startswith("case-"))
    words = Edit({**last.blocks, **blocks}, ticked)
    return edit_brief(brief.pk, words, version=version or brief.version, actor=actor, now=MONDAY)


def signed(cast: Cast, *, now: datetime = MONDAY) -> Brief:
    """Return the weekly brief, edited and submitted by the dispatcher, signed by the lead."""
    brief = edit(weekly(now=now), cast.dispatcher, advice="请各单位照办。")
    submit_brief(brief.pk, version=brief.version, actor=cast.dispatcher, now=now)
    return sign_brief(brief.pk, version=brief.version, actor=cast.lead, now=now)
