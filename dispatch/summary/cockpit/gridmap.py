"""The grids as GeoJSON (WGS-84) with what happens in them; the borders are simplified once and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict

import shapely
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from dispatch.queries.cockpit import overdue_counts
from dispatch.summary.cockpit.filters import Filters
from dispatch.summary.cockpit.links import figure_link, list_link, only
from dispatch.summary.cockpit.names import GridName, Names
from dispatch.summary.cockpit.overdue import overdue_link, where_of
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.metrics import OPENED
from dispatch.summary.ratios import FIGURES, IN_HAND, Sums
from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope
from reports.queries.places import grid_shapes, map_version

SMALL_POPULATION = 100
_TOLERANCE_DEGREES = 0.00006
"""About six metres: on a wall of 1920 pixels a township's pixel is five metres."""
_DECIMALS = 5
_KEPT_SECONDS = 86_400
_PER = 1000
Geometry = dict[str, Any]


class Values(TypedDict):
    """The numbers of one grid."""

    open: int
    overdue: int
    opened: int
    per_1000: float | None
    per_1000_words: str
    per_1000_small: bool


def build_map(filters: Filters, names: Names, sight: Sight, *, now: datetime) -> dict[str, Any]:
    """Return the feature collection (six queries, two when the borders must be read again)."""
    scope = filters.places.scope(filters.period, sight, names)
    sums = read_by(scope, Place.GRID)
    overdue: Counter[int] = Counter()
    for row in overdue_counts(where_of(scope), now=now):
        overdue[row.grid_id or 0] += row.number
    kept = borders()
    features = [
        _feature(
            names.grids[pk],
            kept["shapes"][pk],
            _values(sums[pk], overdue[pk], names.grids[pk]),
            scope,
            sight,
        )
        for pk in kept["shapes"]
        if pk in names.grids and (scope.grid_ids is None or pk in scope.grid_ids)
    ]
    return {
        "type": "FeatureCollection",
        "as_of": timezone.localtime(now).isoformat(timespec="seconds"),
        "bounds": kept["bounds"],
        "measures": [
            {"code": "open", "name": _("在办")},
            {"code": "overdue", "name": _("超期")},
            {"code": "opened", "name": _("本期受理")},
            {"code": "per_1000", "name": _("每千人受理")},
        ],
        "outside": _outside(sums[0], overdue[0], scope, sight) if scope.grid_ids is None else None,
        "features": features,
    }


class Borders(TypedDict):
    """The drawn borders by grid, and the box around them (west, south, east, north)."""

    shapes: dict[int, Geometry]
    bounds: list[float] | None


def borders() -> Borders:
    """Return the active grids' simplified borders; drawn anew when the map changed."""
    key = f"cockpit:borders:{map_version()}"
    kept: Borders | None = cache.get(key)
    if kept is None:
        kept = _draw_borders()
        cache.set(key, kept, timeout=_KEPT_SECONDS)
    return kept


def _draw_borders() -> Borders:
    pairs = grid_shapes()
    if not pairs:
        return {"shapes": {}, "bounds": None}
    areas = [area for _grid, area in pairs]
    bounds = [round(float(edge), _DECIMALS) for edge in shapely.total_bounds(areas)]
    drawn = zip(pairs, _simplified(areas), strict=True)
    return {"shapes": {grid.pk: _geometry(area) for (grid, _was), area in drawn}, "bounds": bounds}


def _simplified(areas: list[BaseGeometry]) -> list[BaseGeometry]:
    """Simplify what neighbours share once, so that no gap opens between them."""
    try:
        found = list(shapely.coverage_simplify(areas, _TOLERANCE_DEGREES))
    except (shapely.GEOSException, ValueError, TypeError):
        found = [area.simplify(_TOLERANCE_DEGREES) for area in areas]
    return [
        new if new is not None and not new.is_empty else old
        for new, old in zip(found, areas, strict=True)
    ]


def _geometry(area: BaseGeometry) -> Geometry:
    shape: Geometry = mapping(area)
    return {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}


def _rounded(part: Any) -> Any:
    if isinstance(part, float | int):
        return round(part, _DECIMALS)
    return [_rounded(inner) for inner in part]


def _values(sums: Sums, overdue: int, grid: GridName | None) -> Values:
    opened = sums.counts[OPENED]
    people = grid.population if grid else None
    rate = round(opened * _PER / people, 2) if people else None
    return {
        "open": int(sums.value(FIGURES[IN_HAND]) or 0),
        "overdue": overdue,
        "opened": opened,
        "per_1000": rate,
        "per_1000_words": _("人口未登记") if rate is None else _("%.1f 件/千人") % rate,
        "per_1000_small": rate is not None and (people or 0) < SMALL_POPULATION,
    }


def _feature(
    grid: GridName, shape: Geometry, values: Values, scope: Scope, sight: Sight
) -> dict[str, Any]:
    own = replace(scope, grid_ids=frozenset({grid.id}))
    return {
        "type": "Feature",
        "id": grid.id,
        "geometry": shape,
        "properties": {
            "id": grid.id,
            "name": grid.name,
            "village": grid.village,
            "code": grid.code,
            "population": grid.population,
            **values,
            "links": _links(own, sight),
        },
    }


def _links(own: Scope, sight: Sight) -> Mapping[str, str | None] | None:
    if sight.kiosk:
        return None
    return {
        "open": figure_link(IN_HAND, own, sight),
        "overdue": overdue_link(where_of(own), sight),
        "opened": figure_link(OPENED, own, sight),
        "tickets": list_link(
            sight,
            queue="all",
            grid__id__exact=only(own.grid_ids),
            lead_department__id__exact=only(own.department_ids),
        ),
    }


def _outside(sums: Sums, overdue: int, scope: Scope, sight: Sight) -> dict[str, Any]:
    own = replace(scope, grid_ids=frozenset({0}))
    links = _links(own, sight)
    if links is not None:  # the console's list cannot be narrowed to "no grid"
        links = {**links, "overdue": None, "tickets": None}
    return {"name": _("未定位到网格"), **_values(sums, overdue, None), "links": links}
