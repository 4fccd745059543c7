"""Route: the first routing rule that fits, else the category's default duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import time

from django.utils import timezone

from dispatch.enums import DayScope
from dispatch.models import Department
from dispatch.queries.calendar import work_calendar
from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.patterns import occurs
from dispatch.triage.reference import Duty, Reference, Rule
from reports.enums import ReportKind

NAME = "route"
VILLAGE = "village"
"""Code of the stand-in department that rules and duties name for "the village of the grid"."""
MISCONDUCT_WORDS = ("不作为", "乱作为", "态度差", "态度恶劣", "推诿", "包庇", "吃拿卡要")
COMPLAINT_WORDS = (*MISCONDUCT_WORDS, "投诉", "举报")


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Pick lead and assisting departments; never the one the resident complains of."""
    category = context.category
    if category is None:
        return StepResult(NAME, context, "分类未定，未选择单位", ok=False)
    rule = next((rule for rule in reference.rules if _fits(rule, category.code, context)), None)
    duty = rule.duty if rule else reference.duties.get(category.code)
    if duty is None:
        return StepResult(NAME, context, f"“{category.name}”没有分工，请人工派单", ok=False)
    why = f"规则：{rule.name}" if rule else "按分类分工"
    lead = _real(duty.lead, context, reference)
    if lead is None:
        return StepResult(NAME, context, f"{why}，但无法确定属地村社或单位已停用", ok=False)
    routed = replace(context, lead=lead, assisting=_assisting(duty, lead, context, reference))
    data: dict[str, object] = {
        "rule": rule.name if rule else None,
        "lead": lead.code,
        "assisting": [department.code for department in routed.assisting],
    }
    if _complains_of(lead, context):
        reason = f"内容涉及对{lead.name}的投诉，请人工指定承办单位"
        return StepResult(NAME, routed, reason, ok=False, data=data)
    return StepResult(NAME, routed, f"{lead.name}（{why}）", data=data)


def _fits(rule: Rule, code: str, context: TriageContext) -> bool:
    grid_code = context.grid.code if context.grid else ""
    return (
        _starts(code, rule.categories)
        and _starts(grid_code, rule.grids)
        and (not rule.urgencies or context.urgency in rule.urgencies)
        and (not rule.words or any(occurs(word, context.text) for word in rule.words))
        and _in_hours(rule, context)
        and _on_day(rule, context)
    )


def _starts(code: str, prefixes: Iterable[str]) -> bool:
    wanted = tuple(prefixes)
    return not wanted or code.startswith(wanted)


def _in_hours(rule: Rule, context: TriageContext) -> bool:
    """Whether the report was sent within the rule's hours (from included, to excluded)."""
    if rule.hour_from is None and rule.hour_to is None:
        return True
    start, end = rule.hour_from or time.min, rule.hour_to or time.max
    at = timezone.localtime(context.submitted_at).time()
    return start <= at < end if start <= end else at >= start or at < end


def _on_day(rule: Rule, context: TriageContext) -> bool:
    if rule.day_scope == DayScope.ANY:
        return True
    worked = work_calendar().is_workday(timezone.localtime(context.submitted_at).date())
    return worked == (rule.day_scope == DayScope.WORKDAY)


def _real(
    department: Department, context: TriageContext, reference: Reference
) -> Department | None:
    """Replace the stand-in by the village of the grid; an inactive department takes no work."""
    if department.code == VILLAGE:
        return reference.villages.get(context.grid.village_code) if context.grid else None
    return department if department.is_active else None


def _assisting(
    duty: Duty, lead: Department, context: TriageContext, reference: Reference
) -> tuple[Department, ...]:
    real = (_real(department, context, reference) for department in duty.assisting)
    return tuple(dict.fromkeys(row for row in real if row is not None and row != lead))


def _complains_of(lead: Department, context: TriageContext) -> bool:
    if lead.is_command_room or context.kind == ReportKind.PRAISE:
        return False
    # A village's name mostly says where, so that "投诉" beside it complains of something else.
    words = MISCONDUCT_WORDS if lead.village_code else COMPLAINT_WORDS
    named = lead.name in context.text or lead.short_name in context.text
    return named and any(word in context.text for word in words)
