"""Which open tickets would lie in another grid after a change of the map. They keep theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.models import Department, RoutingRule
from dispatch.queries.ticket_places import open_ticket_places
from dispatch.triage.gridmap import GridMap
from dispatch.triage.steps.locate import NEAR_M
from reports.domain.grid_map import MapPlan
from reports.domain.gridfiles.checking import CheckedFile
from reports.domain.gridfiles.shapes import to_geojson
from reports.models import Grid


@dataclass(frozen=True, slots=True)
class Move:
    """How many open tickets stand in the grid ``old`` and lie in ``new``; "" is none."""

    old: str
    new: str
    count: int


def count_moves(checked: CheckedFile, plan: MapPlan) -> list[Move]:
    """Return the moves the change would mean, most tickets first."""
    future = _map_after(checked, plan)
    moves: Counter[tuple[str, str]] = Counter()
    for lat, lng, code, name in open_ticket_places():
        place = future.locate(lat, lng)
        inside = place is not None and place.distance_m <= NEAR_M
        new = place.grid if place is not None and inside else None
        if (new.code if new else "") != (code or ""):
            moves[name or "", new.name if new else ""] += 1
    return [Move(old, new, count) for (old, new), count in moves.most_common()]


def notes_on(checked: CheckedFile, plan: MapPlan) -> list[str]:
    """Say in Chinese what else in the system hangs on the grids that change."""
    return [*_villages_without_department(checked), *_rules_without_grid(plan)]


def _villages_without_department(checked: CheckedFile) -> Iterable[str]:
    known = set(
        Department.objects.filter(is_active=True)
        .exclude(village_code="")
        .values_list("village_code", flat=True)
    )
    villages = {row.record.village_code: row.record.village_name for row in checked.grids}
    missing = [f"{name}（{code}）" for code, name in sorted(villages.items()) if code not in known]
    if missing:
        shown = "、".join(missing[:10]) + (f" 等 {len(missing)} 个" if len(missing) > 10 else "")  # noqa: PLR2004 - a line's worth
        yield f"这些村社还没有对应的部门，属地事项会转人工：{shown}"


def _rules_without_grid(plan: MapPlan) -> Iterable[str]:
    gone = [change.code for change in plan.changes if change.kind == "gone"]
    if not gone:
        return
    going = set(gone)
    left = set(Grid.objects.filter(is_active=True).values_list("code", flat=True)) - going
    left |= {change.code for change in plan.changes if change.kind != "gone"}
    for rule in RoutingRule.objects.filter(is_active=True):
        if rule.grids and not any(code.startswith(tuple(rule.grids)) for code in left):
            yield f"派单规则“{rule.name}”限定的网格都将停用，这条规则不会再命中"


def _map_after(checked: CheckedFile, plan: MapPlan) -> GridMap:
    """Build the map as it would be."""
    leaving = {change.code for change in plan.changes}
    grids = [grid for grid in Grid.objects.filter(is_active=True) if grid.code not in leaving] + [
        Grid(code=row.record.code, name=row.record.name, polygon=to_geojson(row.shape))
        for row in checked.grids
    ]
    return GridMap(sorted(grids, key=lambda grid: grid.code))
