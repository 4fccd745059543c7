"""Tickets that triage opened, and what people did with them afterwards, through the real door."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.domain.actors import SYSTEM, Actor
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import TicketAction as Act
from dispatch.models import Department, Ticket, TriageRun
from reports.enums import Urgency
from reports.models import Category
from tests.dispatch.factories import NOW, Cast, fields_for, make_category, make_report

LAMPS = "0302"


def lamps() -> Category:
    return make_category(LAMPS, name="路灯不亮")


def triaged(
    cast: Cast,
    *,
    auto: bool = True,
    first: str = "0401",
    second: str = LAMPS,
    version: str = "lexicon-aaaa",
    decision: str = "",
    now: datetime = NOW,
    confidence: float = 0.93,
    **run: object,
) -> Ticket:
    """Open a ticket as triage does; ``auto`` dispatches it to sanitation."""
    lamps()
    category = make_category(first) if first else None
    report = make_report(now=now)
    found = Assessment(
        urgency=Urgency.P2,
        category=category,
        grid=cast.grid,
        lead=cast.sanitation if auto else None,
        queue_reason="" if auto else "分类把握不足",
    )
    ticket = open_ticket(report, found, now=now)
    candidates = [
        {"category": code, "name": Category.objects.get(code=code).name, "confidence": share}
        for code, share in ((first, confidence), (second, 1 - confidence))
        if code
    ]
    values: dict[str, object] = {
        "at": now,
        "decision": decision or ("dispatched" if auto else "queued"),
        "confidence": confidence,
        "model_version": version,
        "candidates": candidates,
        **run,
    }
    TriageRun.objects.create(report=report, ticket=ticket, **values)
    return ticket


def do(
    ticket: Ticket,
    cast: Cast,
    *actions: Act,
    category: Category | None = None,
    lead: Department | None = None,
    candidate: int = 0,
    now: datetime = NOW,
) -> Ticket:
    """Take steps a minute apart, each by who may."""
    actors: dict[Act, Actor] = {
        Act.RETURN: cast.head,
        Act.ACCEPT: cast.handler,
        Act.FINISH: cast.handler,
        Act.VERIFY: cast.verifier,
        Act.REWORK: cast.verifier,
        Act.CLOSE_UNRATED: SYSTEM,
    }
    for step, action in enumerate(actions, start=1):
        at = now + timedelta(minutes=step)
        fields = fields_for(action, cast, now=at)
        fields = replace(
            fields,
            category=category or cast.category,
            lead_department=lead or cast.sanitation,
            candidate=candidate,
        )
        actor = actors.get(action, cast.lead)
        ticket = perform(ticket.pk, action, actor=actor, now=at, fields=fields)
    return ticket
