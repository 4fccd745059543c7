"""Prioritise: the category's default urgency, raised by danger words, never by the resident's wish."""

from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.dangers import Danger, find_dangers
from dispatch.triage.reference import Reference
from dispatch.triage.steps.classify import CONFIDENT
from reports.enums import ReportKind, Urgency

NAME = "prioritise"
OPENING_CHARACTERS = 200
SURE_ENOUGH_FOR_MISMATCH = 0.8
CALM = frozenset({Urgency.P2, Urgency.P3})


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Take the more urgent of category and danger words (P0 is the most urgent)."""
    default = _category_urgency(context)
    dangers = [] if context.kind == ReportKind.PRAISE else _find(context.text, reference)
    urgency = min([default, *(danger.urgency for danger in dangers)])
    found = replace(context, urgency=urgency)
    data = {"default": str(default), "dangers": [danger.term for danger in dangers]}
    if _contradicts(found, dangers):
        reason = f"{urgency.label}：有险情词“{dangers[0].term}”，与分类不一致，请人工确认"
        return StepResult(NAME, found, reason, ok=False, data=data)
    why = f"险情词“{dangers[0].term}”" if dangers and urgency < default else "按分类默认"
    return StepResult(NAME, found, f"{urgency.label}（{why}）", data=data)


def _find(text: str, reference: Reference) -> list[Danger]:
    """Find the dangers; late in a long letter they are told rather than happening, so at most P1."""
    now = find_dangers(text[:OPENING_CHARACTERS], reference.dangers)
    told = find_dangers(text[OPENING_CHARACTERS:], reference.dangers)
    late = [replace(danger, urgency=max(danger.urgency, Urgency.P1)) for danger in told]
    return sorted([*now, *late], key=lambda danger: danger.urgency)


def _category_urgency(context: TriageContext) -> Urgency:
    """Return the category's default; an unsure category alone never makes a case P0."""
    if context.category is None:
        return Urgency.P2
    default = Urgency(context.category.default_urgency)
    return max(default, Urgency.P1) if context.confidence < CONFIDENT else default


def _contradicts(context: TriageContext, dangers: list[Danger]) -> bool:
    """Whether mortal danger stands in a text that was filed, not very surely, under something calm."""
    if context.category is None or not dangers or dangers[0].urgency != Urgency.P0:
        return False
    calm = Urgency(context.category.default_urgency) in CALM
    return calm and context.confidence < SURE_ENOUGH_FOR_MISMATCH
