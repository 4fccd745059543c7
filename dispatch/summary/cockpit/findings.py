"""What the figures suggest doing: the insights that are in force, for this sight and these places."""

from __future__ import annotations

from dispatch.queries.cockpit import Where
from dispatch.summary.cockpit.shapes import InsightRow
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.insights import InsightView, current

MOST = 6
_READ = 40
_TONES = {"late_queue": "danger", "slow_step": "warning"}


def build_insights(sight: Sight, where: Where) -> list[InsightRow]:
    """Return the strongest insights (one query); a wall gets those of the office at large, without links."""
    views = current(_READ, None if sight.kiosk else sight.viewer, department_ids=where.departments)
    found = [view for view in views if _is_here(view, where)]
    return [_row(view, sight) for view in found[:MOST]]


def _is_here(view: InsightView, where: Where) -> bool:
    """Whether it is about the places asked for; one about no category or grid in particular is not."""
    asked = (("category_ids", where.categories), ("grid_ids", where.grids))
    return all(
        wanted is None or bool(wanted & frozenset(view.scope.get(name) or ()))
        for name, wanted in asked
    )


def _row(view: InsightView, sight: Sight) -> InsightRow:
    return {
        "kind": view.kind,
        "text": view.text,
        "strength": view.strength,
        "tone": _TONES.get(view.kind, "info"),
        "behind": None if sight.kiosk else view.evidence_url or None,
    }
