"""Triage's two best candidates as two buttons: a filled form, or a dispatch after one confirmation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.console.prefill import dispatch_initial
from dispatch.console.run_rows import candidates_of, data_of, number, percent, steps_of
from dispatch.console.wording import urgency_text
from dispatch.enums import TicketAction
from dispatch.models import Department, Ticket, TriageRun
from dispatch.queries.triage_runs import SHOWN_CANDIDATES


def candidate_links(runs: list[TriageRun], actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the two best candidates as links to a filled form, when this person may dispatch now."""
    url = next((row["url"] for row in actions if row["action"] == TicketAction.DISPATCH), None)
    if url is None or not runs:
        return []
    rows = candidates_of(runs[0])[:SHOWN_CANDIDATES]
    return [
        {
            "key": place + 1,
            "url": f"{url}?candidate={place}",
            "action_url": url,
            "name": row.get("name", ""),
            "department": row.get("department", ""),
            "confidence": percent(row.get("confidence")),
            "width": round(min(max(number(row.get("confidence")) or 0.0, 0.0), 1.0) * 100),
        }
        for place, row in enumerate(rows)
    ]


def candidate_buttons(
    request: HttpRequest, ticket: Ticket, runs: list[TriageRun], actions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the links with, where nothing else has to be filled in, the dispatch they stand for.

    ``inputs`` are the fields that the confirmation posts to the action's own page: the same form,
    the same check of version, role and guards as for a form filled in by hand.
    """
    links = candidate_links(runs, actions)
    if not links or ticket.return_count or ticket.reopen_count:
        return (
            links  # triage has been wrong about this one already: nobody repeats it with one press
        )
    departments = Department.objects.exclude(code=held_department(runs[0]))
    names = dict(departments.values_list("pk", "name"))
    return [_with_inputs(request, ticket, link, names) for link in links]


def held_department(run: TriageRun) -> str:
    """Return the code of the unit that triage would not dispatch to (complained of), "" for none."""
    steps = steps_of(run)
    held = "route" in steps and not steps["route"].get("ok")
    return str(data_of(steps, "route").get("lead") or "") if held else ""


def _with_inputs(
    request: HttpRequest, ticket: Ticket, link: dict[str, Any], names: dict[int, str]
) -> dict[str, Any]:
    filled = dispatch_initial(request, ticket, wanted=str(link["key"] - 1))
    lead = names.get(filled["lead_department"] or 0, "")
    if not lead or not filled["candidate"]:
        return link
    inputs = [
        ("version", ticket.version),
        *((name, filled[name]) for name in ("candidate", "category", "urgency", "lead_department")),
        *(("assisting", pk) for pk in filled["assisting"]),
    ]
    assisting = "、".join(names.get(pk, "") for pk in filled["assisting"])
    facts = [
        (_("事项分类"), link["name"]),
        (_("紧急程度"), urgency_text(filled["urgency"])),
        (_("主办单位"), lead),
        (_("协办单位"), assisting),
    ]
    shown = [fact for fact in facts if fact[1]]
    return {**link, "department": lead, "inputs": inputs, "facts": shown}
