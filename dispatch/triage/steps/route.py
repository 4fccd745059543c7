"""Route: the first routing rule that fits, else the category's default duty.

A rule that cannot be carried out is skipped and named in the step's data; nobody is given a case
that complains of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dispatch.domain.conflicts import Why, neutral_department
from dispatch.models import Department
from dispatch.queries.parties import any_works_on
from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Duty, Reference, Rule
from dispatch.triage.rule_checks import VILLAGE
from dispatch.triage.rules import fits
from reports.enums import ReportKind
from reports.models import Category

NAME = "route"
NO_VILLAGE = "无法确定属地村社"


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the rules say: ``rule`` is ``None`` where the category's duty decides."""

    rule: Rule | None
    duty: Duty | None
    lead: Department | None
    skipped: tuple[tuple[Rule, str], ...]
    why: str = "按分类分工"


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Pick lead and assisting departments; never the one the resident complains of."""
    complained = _complaints(context, reference)
    if context.attach_to and complained and any_works_on(context.attach_to, complained):
        context = replace(context, attach_to=None)  # those complained of work on that ticket
    category = context.category
    if category is None:
        return StepResult(NAME, context, "分类未定，未选择单位", ok=False)
    choice = _choose(category, context, reference)
    if context.is_letter and choice.rule is None:
        choice = _address_letter(choice, context, reference)
    data = _data(choice, category, context)
    if choice.duty is None:
        reason = f"“{category.name}”没有分工，请人工派单"
        return StepResult(NAME, context, reason, ok=False, data=data)
    why = f"规则：{choice.rule.name}" if choice.rule else choice.why
    if choice.skipped:
        why += f"；跳过 {len(choice.skipped)} 条有误的规则"
    lead = choice.lead
    if lead is None:
        reason = f"{why}，但无法确定属地村社或单位已停用"
        return StepResult(NAME, context, reason, ok=False, data=data)
    assisting = _assisting(choice.duty, lead, context, reference)
    kept = tuple(row for row in assisting if row.pk not in complained)
    data |= {
        "lead": lead.code,
        "assisting": [row.code for row in kept],
        "assisting_removed": [row.code for row in assisting if row.pk in complained],
    }
    if lead.pk in complained:
        return _conflict(lead, complained, replace(context, assisting=kept), reference, data)
    routed = replace(context, lead=lead, assisting=kept)
    return StepResult(NAME, routed, f"{lead.name}（{why}）", data=data)


def _choose(category: Category, context: TriageContext, reference: Reference) -> _Choice:
    """Take the first rule that fits and can be carried out, else the category's duty."""
    skipped: list[tuple[Rule, str]] = []
    for rule in reference.rules:
        if not fits(rule, context):
            continue
        lead = None if rule.fault else _real(rule.duty.lead, context, reference)
        if lead is not None:
            return _Choice(rule, rule.duty, lead, tuple(skipped))
        inactive = f"主办单位“{rule.duty.lead.name}”已停用"
        missing = NO_VILLAGE if rule.duty.lead.code == VILLAGE else inactive
        skipped.append((rule, rule.fault or missing))
    duty = reference.duties.get(category.code)
    lead = _real(duty.lead, context, reference) if duty else None
    return _Choice(None, duty, lead, tuple(skipped))


def _address_letter(choice: _Choice, context: TriageContext, reference: Reference) -> _Choice:
    """Give a letter to whom it is for: praise to the one unit it names, a question to its subject's."""
    if context.kind == ReportKind.PRAISE:
        village_code = context.grid.village_code if context.grid else ""
        named = reference.complaints.named(context.text, village_code=village_code)
        praised = reference.departments.get(next(iter(named))) if len(named) == 1 else None
        if praised is not None and praised.is_active:
            return replace(choice, duty=Duty(praised, ()), lead=praised, why="表扬的单位")
        return choice
    duty = reference.duties.get(context.subject_code)
    lead = _real(duty.lead, context, reference) if duty else None
    if duty is None or lead is None:
        return choice
    # Whoever knows the subject answers alone: a letter is not a case for two.
    return replace(choice, duty=Duty(duty.lead, ()), lead=lead, why="按来信内容的分工")


def _data(choice: _Choice, category: Category, context: TriageContext) -> dict[str, object]:
    """Return what the run keeps: who decided, who was skipped, and what was known (for dry runs)."""
    rule = choice.rule
    return {
        "rule": rule.name if rule else None,
        "rule_id": rule.id if rule else None,
        "rule_version": rule.version.isoformat() if rule and rule.version else None,
        "skipped": [
            {"rule": row.name, "rule_id": row.id, "reason": why} for row, why in choice.skipped
        ],
        "given": {
            "category": category.code,
            "urgency": str(context.urgency),
            "grid": context.grid.code if context.grid else "",
            "channel": str(context.channel),
            "role": str(context.reporter_role),
        },
    }


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


def _complaints(context: TriageContext, reference: Reference) -> Mapping[int, Why]:
    if context.kind == ReportKind.PRAISE:
        return {}
    village_code = context.grid.village_code if context.grid else ""
    return reference.complaints.complaints(context.text, village_code=village_code)


def _conflict(
    lead: Department,
    complained: Mapping[int, Why],
    context: TriageContext,
    reference: Reference,
    data: dict[str, object],
) -> StepResult:
    """Leave the case to the command room, with a suggestion who is neutral."""
    why = complained[lead.pk]
    neutral = neutral_department(lead, complained, reference.departments)
    advice = f"，建议由{neutral.name}承办" if neutral else ""
    data["conflict"] = {
        "department": lead.code,
        "why": why.value,
        "suggested": neutral.code if neutral else None,
    }
    reason = f"内容涉及对{lead.name}的投诉（{why.value}），不派给该单位{advice}，请人工指定承办单位"
    return StepResult(NAME, context, reason, ok=False, data=data)
