"""Prioritise: the category's default, raised by danger words and by the hour; never by a wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.dangers import Danger, DangerReading, read_dangers
from dispatch.triage.reference import Reference
from dispatch.triage.steps.classify import CONFIDENT
from dispatch.triage.timing import raise_by_time
from reports.enums import LETTERS, ReportKind, Urgency

NAME = "prioritise"
OPENING_CHARACTERS = 200
SURE_ENOUGH_FOR_MISMATCH = 0.8
CALM = frozenset({Urgency.P2, Urgency.P3})
_NOTHING = DangerReading((), ())


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Take the more urgent of category and danger words (P0 is the most urgent), then the hour."""
    default = _category_urgency(context)
    reading = _NOTHING if context.kind == ReportKind.PRAISE else _read(context.text, reference)
    dangers = reading.standing
    told = min([default, *(danger.urgency for danger in dangers)])
    urgency, rule = _by_time(told, context, reference)
    found = replace(
        context,
        urgency=urgency,
        hazard=dangers[0].hazard if dangers else "",
        urgency_reason=_why(urgency, default, dangers, rule),
    )
    data = {
        "default": str(default),
        "dangers": [danger.said or danger.term for danger in dangers],
        "taken_back": [{"word": back.said, "why": back.why} for back in reading.taken_back],
        "time_rule": rule,
        "resident_says_urgent": context.urgent,
    }
    if found.kind in LETTERS and not found.is_letter:
        reason = f"{_reason(found, reading)}：来信说的是紧急的事，按问题处置，请人工确认分类"
        return StepResult(NAME, found, reason, ok=False, data=data)
    if _contradicts(found, dangers):
        reason = f"{urgency.label}：有险情词“{dangers[0].said}”，与分类不一致，请人工确认"
        return StepResult(NAME, found, reason, ok=False, data=data)
    return StepResult(NAME, found, _reason(found, reading), data=data)


def _reason(found: TriageContext, reading: DangerReading) -> str:
    parts = [found.urgency_reason]
    if reading.taken_back and not reading.standing:
        back = reading.taken_back[0]
        parts.append(f"“{back.said}”不算险情：{back.why}")
    if found.urgent:
        parts.append("居民标注紧急，仅供参考")
    return f"{found.urgency.label}（{'；'.join(parts)}）"


def _why(urgency: Urgency, default: Urgency, dangers: Sequence[Danger], rule: str) -> str:
    told = dangers and dangers[0].urgency <= default
    why = f"险情词“{dangers[0].said}”" if told else f"分类默认{default.label}"
    return f"{why}，按加急规则“{rule}”升为 {urgency}" if rule else why


def _read(text: str, reference: Reference) -> DangerReading:
    """Find the dangers; late in a long letter they are told rather than happening, so at most P1."""
    now = read_dangers(text[:OPENING_CHARACTERS], reference.dangers)
    if len(text) <= OPENING_CHARACTERS:
        return now
    told = read_dangers(text[OPENING_CHARACTERS:], reference.dangers)
    late = [replace(danger, urgency=max(danger.urgency, Urgency.P1)) for danger in told.standing]
    standing = sorted([*now.standing, *late], key=lambda danger: danger.urgency)
    return DangerReading(tuple(standing), (*now.taken_back, *told.taken_back))


def _category_urgency(context: TriageContext) -> Urgency:
    """Return the category's default; an unsure category alone never makes a case P0."""
    if context.category is None:
        return Urgency.P2
    default = Urgency(context.category.default_urgency)
    return max(default, Urgency.P1) if context.confidence < CONFIDENT else default


def _by_time(urgency: Urgency, context: TriageContext, reference: Reference) -> tuple[Urgency, str]:
    """Apply the table of hours and seasons; what it says of an unsure category is no P0 either."""
    if context.kind == ReportKind.PRAISE:
        return urgency, ""
    raised, rule = raise_by_time(
        urgency,
        reference.time_rules,
        code=context.category.code if context.category else "",
        text=context.text,
        at=context.submitted_at,
    )
    unsure = raised == Urgency.P0 and context.confidence < CONFIDENT
    return (urgency, "") if unsure else (raised, rule)


def _contradicts(context: TriageContext, dangers: Sequence[Danger]) -> bool:
    """Whether mortal danger stands in a text that was filed, not very surely, under something calm."""
    if context.category is None or not dangers or dangers[0].urgency != Urgency.P0:
        return False
    calm = Urgency(context.category.default_urgency) in CALM
    return calm and context.confidence < SURE_ENOUGH_FOR_MISMATCH
