"""Runs of triage behind tickets."""

from __future__ import annotations

from dispatch.models import TriageRun

ATTACHED = "attached"
"""``TriageRun.decision`` of a report that joined a ticket instead of opening one."""
SHOWN_CANDIDATES = 2
"""How many candidates the command room is offered as buttons."""


def opening_run(ticket_id: int) -> TriageRun | None:
    """Return the run that opened the ticket; those of reports that joined it propose nothing."""
    runs = TriageRun.objects.filter(ticket_id=ticket_id).exclude(decision=ATTACHED)
    return runs.order_by("-pk").only("candidates").first()


def proposed_codes(run: TriageRun) -> list[str]:
    """Return the category codes of the candidates that are offered, best first."""
    rows = run.candidates if isinstance(run.candidates, list) else []
    return [str(row.get("category", "")) for row in rows[:SHOWN_CANDIDATES]]
