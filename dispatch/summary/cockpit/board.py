"""Everything of the cockpit that depends on the filters, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.models import Hotspot
from dispatch.queries.cockpit import hotspots_at
from dispatch.summary.cockpit.breakdown import build_dimensions, build_league, build_tree
from dispatch.summary.cockpit.filters import Filters
from dispatch.summary.cockpit.findings import build_insights
from dispatch.summary.cockpit.names import Names
from dispatch.summary.cockpit.opinions import build_satisfaction
from dispatch.summary.cockpit.overdue import build_overdue, where_of
from dispatch.summary.cockpit.shapes import Board, HotspotRow, Shown, ViewerEcho
from dispatch.summary.cockpit.showing import figure_of, known
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.cockpit.timeline import build_heat, build_trend
from dispatch.summary.comparing import Compared, read_compared
from dispatch.summary.metrics import OPENED
from dispatch.summary.ratios import IN_HAND
from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope

TILES = (
    OPENED, "reported", IN_HAND, "closed", "dispatch_on_time_rate", "sign_rate", "response_rate",
    "on_time_rate", "solved_rate", "satisfied_rate", "rating_rate", "answer_hours", "answer_median",
    "answer_p90", "return_rate", "rework_rate", "reopen_rate", "suspended_now", "repeat_rate",
    "auto_rate", "auto_accuracy",
)  # fmt: skip
HotspotWords = Callable[[Hotspot, Sight, Names], HotspotRow]
"""How a hotspot is said: the words belong to the console, which this layer does not know."""


def build_board(
    filters: Filters, names: Names, sight: Sight, *, say_hotspot: HotspotWords, now: datetime
) -> Board:
    """Assemble the board."""
    scope = filters.places.scope(filters.period, sight, names)
    where = where_of(scope)
    compared = read_compared(scope, filters.period)
    by_category = read_by(scope, Place.CATEGORY)
    by_department = read_by(_whole_league(scope, sight), Place.DEPARTMENT)
    total = compared.now
    hotspots = hotspots_at(where, sight.viewer, own_only=sight.departments is not None)
    return {
        "as_of": timezone.localtime(now).isoformat(timespec="seconds"),
        "filters": filters.echo(names, sight, today=timezone.localdate(now)),
        "viewer": viewer_echo(sight),
        "empty": not total,
        "tiles": _tiles(compared, scope, sight),
        "trend": build_trend(filters.period, scope, sight),
        "heat": build_heat(scope),
        "tree": build_tree(by_category, names, scope, sight),
        "dimensions": build_dimensions(by_category, names, scope, sight),
        "dimensions_note": _("一类事项可属于多个维度，各维度相加会大于合计。"),
        "league": build_league(by_department, names, scope, sight),
        "hotspots": [say_hotspot(row, sight, names) for row in hotspots],
        "overdue": build_overdue(where, names, sight, now=now),
        "satisfaction": build_satisfaction(total, where, names, scope, sight),
        "insights": build_insights(sight, where),
    }


def viewer_echo(sight: Sight) -> ViewerEcho:
    """Return whose view it is."""
    kind = "kiosk" if sight.kiosk else "all" if sight.departments is None else "departments"
    return {"kiosk": sight.kiosk, "scope": kind, "words": sight.words}


def _whole_league(scope: Scope, sight: Sight) -> Scope:
    """A department is compared with the others even where everything else is narrowed to it."""
    return replace(scope, department_ids=sight.departments)


def _tiles(compared: Compared, scope: Scope, sight: Sight) -> list[Shown]:
    codes = known(TILES)
    return [figure_of(code, compared.now, scope, sight, compared=compared) for code in codes]
