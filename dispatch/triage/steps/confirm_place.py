"""Confirm the place: whether it matters that the text names another place than the point.

It does when another department would get the case (asked of the route step itself), or when a crew
would be sent far to the wrong place. Otherwise the ticket carries the flag and nobody is held up.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Reference
from dispatch.triage.steps import route

NAME = "confirm_place"
FAR_M = 1000
"""From here a crew at the point would not see what the text speaks of."""


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Hold the report for a person if the doubt about its place matters."""
    doubt = context.doubt
    if doubt is None:
        return StepResult(NAME, context, "文字与位置没有矛盾")
    differs = _routed_elsewhere(context, reference)
    far = doubt.distance_m >= FAR_M
    data: dict[str, object] = {"routing_differs": differs, "far": far}
    if differs:
        reason = f"{doubt.flag}，承办单位会因此不同，请核实地点"
        return StepResult(NAME, context, reason, ok=False, data=data)
    if far:
        return StepResult(NAME, context, f"{doubt.flag}，请核实地点", ok=False, data=data)
    return StepResult(NAME, context, f"{doubt.flag}，不影响派单，已在工单上提示", data=data)


def _routed_elsewhere(context: TriageContext, reference: Reference) -> bool:
    """Whether the departments would differ, were the point where the text says."""
    doubt = context.doubt
    if doubt is None or doubt.grid is None or context.grid is None or context.category is None:
        return False
    here = route.run(context, reference).context
    there = route.run(replace(context, grid=doubt.grid), reference).context
    return (here.lead, here.assisting) != (there.lead, there.assisting)
