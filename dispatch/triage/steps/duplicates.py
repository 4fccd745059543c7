"""Duplicates: open tickets near by about the same. Only the very sure ones are joined unasked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from dispatch.queries.lookalikes import OpenTicket, open_ticket_of_report, open_tickets_near
from dispatch.triage.context import Lookalike, StepResult, TriageContext
from dispatch.triage.likeness import Comparison, compare
from dispatch.triage.reference import Reference
from dispatch.triage.steps.classify import CONFIDENT
from reports.models import Category
from xiangcun.lib.geo import distance_m

NAME = "duplicates"
JOIN_DISTANCE_M = 1000.0
MAX_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """An open ticket and how its most alike report compares; ``kind`` is that report's."""

    ticket: OpenTicket
    kind: str
    comparison: Comparison

    def as_lookalike(self) -> Lookalike:
        ticket, seen = self.ticket, self.comparison
        return Lookalike(ticket.pk, ticket.number, round(seen.distance_m, 1), round(seen.words, 3))

    def as_data(self) -> dict[str, object]:
        return {
            "ticket": self.ticket.number,
            "distance_m": round(self.comparison.distance_m, 1),
            "similarity": round(self.comparison.words, 3),
            "score": round(self.comparison.score, 3),
            "same_category": self.comparison.same_category,
        }


def run(context: TriageContext, _reference: Reference) -> StepResult:
    """Join what the resident asked to join or surely repeats; else keep suggestions for the desk."""
    wished = _wished(context)
    if wished is not None:
        return _joined(context, wished, "居民选择“我也遇到”")
    if context.is_letter or not context.placed:
        return StepResult(NAME, context, "没有确定的地点，不按地点查重")
    category = context.category
    if category is None:
        return StepResult(NAME, context, "分类未定，未查重")
    found = _find(context, category)
    for row in found:
        if _is_sure(context, category, row):
            return _joined(context, row.ticket, "同日、同地、内容相同")
    alike = [row for row in found if row.comparison.is_suggested]
    shown = alike[:MAX_SHOWN]
    reason = (
        f"附近有 {len(alike)} 件相似的未办结工单，可能重复" if alike else "附近没有相似的未办结工单"
    )
    data = {
        "suggestions": [row.as_data() for row in shown],
        "radius_m": category.duplicate_radius_m,
    }
    lookalikes = tuple(row.as_lookalike() for row in shown)
    return StepResult(NAME, replace(context, lookalikes=lookalikes), reason, data=data)


def _find(context: TriageContext, category: Category) -> list[_Found]:
    """Return what is near by, the most alike first."""
    near = open_tickets_near(
        category=category,
        lat=context.lat,
        lng=context.lng,
        radius_m=float(category.duplicate_radius_m),
        now=context.now,
    )
    found = [_compare(context, category, ticket) for ticket in near if ticket.texts]
    found.sort(key=lambda row: (-row.comparison.score, row.comparison.distance_m, row.ticket.pk))
    return found


def _compare(context: TriageContext, category: Category, ticket: OpenTicket) -> _Found:
    distance = _metres(context, ticket)
    compared = [
        _Found(
            ticket,
            kind,
            compare(
                context.text,
                text,
                distance_m=distance,
                radius_m=float(category.duplicate_radius_m),
                same_category=ticket.category_id == category.pk,
            ),
        )
        for kind, text in ticket.texts
    ]
    return max(compared, key=lambda row: row.comparison.score)


def _wished(context: TriageContext) -> OpenTicket | None:
    """Return the open ticket the resident named, or the one of their own same words a moment ago."""
    named = open_ticket_of_report(number=context.join_number) if context.join_number else None
    repeated = context.repeated_report_id
    if named is None and repeated is not None:
        named = open_ticket_of_report(pk=repeated)
    far = context.placed and named is not None and _metres(context, named) > JOIN_DISTANCE_M
    return None if far else named


def _is_sure(context: TriageContext, category: Category, found: _Found) -> bool:
    """Whether nobody need be asked.

    Private matters are never joined unasked: two people's pensions are not one case. Nor is a report
    that sounds more dangerous than the ticket: joined, its danger would be read by nobody.
    """
    ticket = found.ticket
    if category.confidential or ticket.confidential or not category.public_default:
        return False
    if context.confidence < CONFIDENT or context.urgency < ticket.urgency:
        return False
    same_day = _local_day(ticket.opened_at) == _local_day(context.submitted_at)
    return same_day and found.kind == context.kind and found.comparison.is_repetition


def _joined(context: TriageContext, ticket: OpenTicket, why: str) -> StepResult:
    data = {"ticket": ticket.number, "distance_m": round(_metres(context, ticket))}
    return StepResult(
        NAME, replace(context, attach_to=ticket.pk), f"并入工单 {ticket.number}（{why}）", data=data
    )


def _metres(context: TriageContext, ticket: OpenTicket) -> float:
    return distance_m(context.lat, context.lng, ticket.lat, ticket.lng)


def _local_day(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()
