"""What the preview of a map import shows: faults with numbers, the map, what would change."""

from __future__ import annotations

from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from dispatch.models import GridImport
from dispatch.triage.regrid import count_moves, notes_on
from reports.domain.grid_map import MapPlan, plan_map
from reports.domain.gridfiles.checking import CheckedFile, GridDraft
from reports.domain.gridfiles.faults import Fault
from reports.domain.gridfiles.shapes import to_geojson
from reports.domain.gridfiles.systems import SYSTEM_NAMES
from reports.queries.places import grid_shapes, map_version

SIMPLER = 5e-6
"""Degrees (half a metre): the preview draws no finer."""
MOST_MOVES = 20
_KINDS = (
    ("new", _("新增网格"), "success"),
    ("changed", _("修改网格"), "info"),
    ("same", _("没有变化"), "plain"),
    ("back", _("重新启用"), "info"),
    ("gone", _("停用网格"), "danger"),
)


def preview_context(row: GridImport, checked: CheckedFile) -> dict[str, Any]:
    """Return everything the page shows; the map's version is read first, so that a change meanwhile shows."""
    version = map_version()
    plan = plan_map(checked, replace=row.options["replace"])
    moves = count_moves(checked, plan) if checked.grids else []
    faults = [_fault(number, fault) for number, fault in enumerate(checked.faults, start=1)]
    return {
        "import": row,
        "version": version,
        "faults": faults,
        "error_count": len(checked.errors),
        "warning_count": len(checked.warnings),
        "tiles": _tiles(plan),
        "landmark_text": _landmark_text(plan),
        "system": SYSTEM_NAMES[checked.coord_type],
        "mode": _("整体替换") if row.options["replace"] else _("合并到现有网格"),
        "moves": moves[:MOST_MOVES],
        "moved_count": sum(move.count for move in moves),
        "more_moves": max(0, len(moves) - MOST_MOVES),
        "notes": notes_on(checked, plan) if checked.grids else [],
        "changes": _changes(plan),
        "map": _map(checked, plan),
    }


def _fault(number: int, fault: Fault) -> dict[str, Any]:
    return {
        "number": number,
        "message": fault.message,
        "code": str(fault.code),
        "is_error": fault.is_error,
    }


def _tiles(plan: MapPlan) -> list[dict[str, Any]]:
    return [
        {"label": label, "count": plan.count(kind), "tone": tone, "kind": kind}
        for kind, label, tone in _KINDS
    ]


def _landmark_text(plan: MapPlan) -> str:
    return _("地标新增 %(new)d 个、更新 %(old)d 个") % {
        "new": plan.landmarks_new,
        "old": plan.landmarks_changed,
    }


def _changes(plan: MapPlan) -> bool:
    """Whether confirming would change anything."""
    touched = any(change.kind != "same" for change in plan.changes)
    return touched or bool(plan.landmarks_new or plan.landmarks_changed)


def _map(checked: CheckedFile, plan: MapPlan) -> dict[str, Any]:
    """Return what the map draws: plain JSON, WGS-84."""
    kinds = {change.code: change.kind for change in plan.changes}
    return {
        "old": [
            {"name": f"{grid.name}（现有）", "geometry": _drawn(area)}
            for grid, area in grid_shapes()
        ],
        "grids": [_grid(draft, kinds[draft.record.code]) for draft in checked.grids]
        + _without_record(checked),
        "faults": [
            {"number": number, "error": fault.is_error, "message": fault.message, "geometry": where}
            for number, fault in enumerate(checked.faults, start=1)
            if (where := _where(fault, checked)) is not None
        ],
        "landmarks": [
            {"name": row.record.name, "point": [row.lat, row.lng], "radius": row.record.radius_m}
            for row in checked.landmarks
        ],
    }


def _grid(draft: GridDraft, kind: str) -> dict[str, Any]:
    record = draft.record
    return {
        "name": f"{record.village_name} {record.name} {record.code}",
        "village": record.village_code,
        "kind": kind,
        "geometry": _drawn(draft.shape),
    }


def _without_record(checked: CheckedFile) -> list[dict[str, Any]]:
    """Return the shapes whose code or name is wrong: they are drawn, so that they can be found."""
    named = {draft.record.index for draft in checked.grids}
    return [
        {
            "name": _("第 %d 个要素") % (index + 1),
            "village": "",
            "kind": "faulty",
            "geometry": _drawn(shape),
        }
        for index, shape in checked.drawn.items()
        if index not in named
    ]


def _where(fault: Fault, checked: CheckedFile) -> dict[str, Any] | None:
    """Return what to draw red: the place of the fault, else the feature, if there is only one."""
    if fault.geometry is not None:
        return dict(fault.geometry)
    if len(fault.features) != 1:
        return None
    shape = checked.drawn.get(fault.features[0])
    return None if shape is None else _drawn(shape)


def _drawn(shape: BaseGeometry) -> dict[str, Any]:
    simple = shapely.simplify(shape, SIMPLER)
    return to_geojson(shape if simple.is_empty else simple)
