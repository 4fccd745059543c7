"""What triage had proposed when a person dispatched, kept in the ledger beside the decision."""

from __future__ import annotations

from typing import Any

from dispatch.models import Ticket
from dispatch.queries.triage_runs import opening_run, proposed_codes
from reports.models import Category


def proposal_data(ticket: Ticket, category: Category, *, pressed: int) -> dict[str, Any]:
    """Return ``{"triage": {"run", "proposed", "chosen", "pressed"}}``, nothing without a run.

    ``proposed`` are up to two category codes, best first; ``chosen`` is the place of ``category``
    among them (1 or 2, 0 for another one); ``pressed`` the button it was taken by, 0 when the person
    filled the form in or changed what the button had filled.
    """
    run = opening_run(ticket.pk)
    if run is None:
        return {}
    proposed = proposed_codes(run)
    chosen = proposed.index(category.code) + 1 if category.code in proposed else 0
    return {
        "triage": {
            "run": run.pk,
            "proposed": proposed,
            "chosen": chosen,
            "pressed": pressed if pressed and pressed == chosen else 0,
        }
    }
