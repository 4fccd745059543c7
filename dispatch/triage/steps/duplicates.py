"""Duplicates: open tickets of the same category near by. Only the very sure ones are joined unasked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from dispatch.queries.lookalikes import OpenTicket, open_ticket_of_report, open_tickets_near
from dispatch.triage.context import Lookalike, StepResult, TriageContext
from dispatch.triage.reference import Reference
from dispatch.triage.similarity import bigram_similarity
from dispatch.triage.steps.classify import CONFIDENT
from reports.models import Category
from xiangcun.lib.geo import distance_m

NAME = "duplicates"
SURE_DISTANCE_M = 30.0
SURE_SIMILARITY = 0.6
JOIN_DISTANCE_M = 1000.0
MAX_SHOWN = 5


def run(context: TriageContext, _reference: Reference) -> StepResult:
    """Join what the resident asked to join or surely repeats; else keep suggestions for the desk."""
    wished = _wished(context)
    if wished is not None:
        return _joined(context, wished, "居民选择“我也遇到”")
    category = context.category
    if category is None:
        return StepResult(NAME, context, "分类未定，未查重")
    near = open_tickets_near(
        category_id=category.pk,
        lat=context.lat,
        lng=context.lng,
        radius_m=float(category.duplicate_radius_m),
        now=context.now,
    )
    compared = sorted(
        ((_compare(context, row), row) for row in near),
        key=lambda pair: (-pair[0].similarity, pair[0].distance_m),
    )
    for lookalike, ticket in compared:
        if _is_sure(context, category, ticket, lookalike):
            return _joined(context, ticket, "同日、同地、内容相同")
    found = [lookalike for lookalike, _ in compared]
    shown = tuple(found[:MAX_SHOWN])
    reason = (
        f"附近有 {len(found)} 件同类未办结工单，可能重复" if found else "附近没有同类未办结工单"
    )
    data = {
        "suggestions": [_as_data(row) for row in shown],
        "radius_m": category.duplicate_radius_m,
    }
    return StepResult(NAME, replace(context, lookalikes=shown), reason, data=data)


def _wished(context: TriageContext) -> OpenTicket | None:
    """Return the open ticket the resident named, or the one of their own same words a moment ago."""
    named = open_ticket_of_report(number=context.join_number) if context.join_number else None
    repeated = context.repeated_report_id
    if named is None and repeated is not None:
        named = open_ticket_of_report(pk=repeated)
    if named is None or _metres(context, named) > JOIN_DISTANCE_M:
        return None
    return named


def _is_sure(
    context: TriageContext, category: Category, ticket: OpenTicket, found: Lookalike
) -> bool:
    """Private matters are never joined unasked: two people's pensions are not one case."""
    if category.confidential or not category.public_default or context.confidence < CONFIDENT:
        return False
    same_place = found.distance_m <= min(SURE_DISTANCE_M, float(category.duplicate_radius_m))
    same_day = _local_day(ticket.opened_at) == _local_day(context.submitted_at)
    return same_place and same_day and found.similarity >= SURE_SIMILARITY


def _joined(context: TriageContext, ticket: OpenTicket, why: str) -> StepResult:
    data = {"ticket": ticket.number, "distance_m": round(_metres(context, ticket))}
    return StepResult(
        NAME, replace(context, attach_to=ticket.pk), f"并入工单 {ticket.number}（{why}）", data=data
    )


def _compare(context: TriageContext, ticket: OpenTicket) -> Lookalike:
    similarity = max((bigram_similarity(context.text, text) for text in ticket.texts), default=0.0)
    distance = round(_metres(context, ticket), 1)
    return Lookalike(ticket.pk, ticket.number, distance, round(similarity, 3))


def _metres(context: TriageContext, ticket: OpenTicket) -> float:
    return distance_m(context.lat, context.lng, ticket.lat, ticket.lng)


def _local_day(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()


def _as_data(row: Lookalike) -> dict[str, object]:
    return {"ticket": row.number, "distance_m": row.distance_m, "similarity": row.similarity}
