"""Changing the township's map: what an import would do to it, and doing it.

Grids are never deleted, for tickets refer to them: one that the file does not have is switched off
when the whole map is replaced, and stays when the file is merged into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from reports.domain.gridfiles.checking import CheckedFile, KnownGrid, LandmarkDraft
from reports.domain.gridfiles.records import GridRecord
from reports.domain.gridfiles.shapes import to_geojson
from reports.models import Grid, Landmark
from reports.queries.places import grid_shapes
from xiangcun.lib.errors import InvalidInputError

SAME_M = 1e-6
"""Degrees within which two borders are the same (a tenth of a metre)."""
_DEFAULT_RADIUS_M = 100


@dataclass(frozen=True, slots=True)
class GridChange:
    """What becomes of one grid: ``kind`` is new, changed, same, back or gone; ``shape`` as it will be."""

    kind: str
    code: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class MapPlan:
    """Everything an import would change, by code."""

    changes: tuple[GridChange, ...]
    landmarks_new: int
    landmarks_changed: int

    def count(self, kind: str) -> int:
        """Return how many grids are ``kind``."""
        return sum(change.kind == kind for change in self.changes)

    def counts(self) -> dict[str, int]:
        """Return the numbers that the record of the import keeps."""
        kinds = {kind: self.count(kind) for kind in ("new", "changed", "same", "back", "gone")}
        return {
            **kinds,
            "landmarks_new": self.landmarks_new,
            "landmarks_changed": self.landmarks_changed,
        }


def known_grids() -> list[KnownGrid]:
    """Return the grids in use as a check needs them."""
    return [
        KnownGrid(grid.code, grid.name, grid.village_code, grid.village_name, area)
        for grid, area in grid_shapes()
    ]


def plan_map(checked: CheckedFile, *, replace: bool) -> MapPlan:
    """Compare a checked file with the map in use. A file without grids changes none."""
    rows = {grid.code: grid for grid in Grid.objects.all()}
    changes = [
        GridChange(
            _kind(draft.record, draft.shape, rows.get(draft.record.code)),
            draft.record.code,
            draft.record.name,
            draft.shape,
        )
        for draft in checked.grids
    ]
    kept = {change.code for change in changes}
    if replace and changes:
        gone = [grid for code, grid in sorted(rows.items()) if grid.is_active and code not in kept]
        changes += [GridChange("gone", row.code, row.name, _shape(row)) for row in gone]
    known = set(Landmark.objects.values_list("name", flat=True))
    old = sum(draft.record.name in known for draft in checked.landmarks)
    return MapPlan(tuple(changes), len(checked.landmarks) - old, old)


def lock_map() -> None:
    """Make two imports take turns: the second goes on when the first is done, and sees its rows."""
    list(Grid.objects.select_for_update().order_by("pk").values_list("pk"))


def apply_map(checked: CheckedFile, *, replace: bool, now: datetime) -> MapPlan:
    """Write a checked file to the map; to be called in a transaction. Refuses a file with errors."""
    if checked.errors:
        raise InvalidInputError("map_has_errors", "文件还有错误，不能导入")
    lock_map()
    rows = {grid.code: grid for grid in Grid.objects.all()}
    plan = plan_map(checked, replace=replace)
    kinds = {change.code: change.kind for change in plan.changes}
    _write_grids(checked, rows, kinds, now=now)
    gone = [code for code, kind in kinds.items() if kind == "gone"]
    Grid.objects.filter(code__in=gone).update(is_active=False, updated_at=now)
    _write_landmarks(checked.landmarks, now=now)
    return plan


def _write_grids(
    checked: CheckedFile, rows: Mapping[str, Grid], kinds: Mapping[str, str], *, now: datetime
) -> None:
    fresh: list[Grid] = []
    changed: list[Grid] = []
    for draft in checked.grids:
        record = draft.record
        if kinds[record.code] == "same":
            continue
        row = rows.get(record.code)
        (fresh if row is None else changed).append(row := row or Grid(code=record.code))
        row.name, row.is_active, row.updated_at = record.name, True, now
        row.village_code, row.village_name = record.village_code, record.village_name
        row.polygon = to_geojson(draft.shape)
        if record.households is not None:
            row.households = record.households
        if record.population is not None:
            row.population = record.population
    Grid.objects.bulk_create(fresh, batch_size=500)
    columns = (
        "name", "village_code", "village_name", "polygon", "households", "population", "is_active",
        "updated_at",
    )  # fmt: skip
    Grid.objects.bulk_update(changed, columns, batch_size=200)


def _write_landmarks(drafts: Sequence[LandmarkDraft], *, now: datetime) -> None:
    rows = {row.name: row for row in Landmark.objects.all()}
    fresh: list[Landmark] = []
    changed: list[Landmark] = []
    for draft in drafts:
        row = rows.get(draft.record.name)
        (fresh if row is None else changed).append(row := row or Landmark(name=draft.record.name))
        row.lat, row.lng, row.is_active, row.updated_at = draft.lat, draft.lng, True, now
        row.aliases = list(draft.record.aliases) or row.aliases
        row.radius_m = draft.record.radius_m or row.radius_m or _DEFAULT_RADIUS_M
    Landmark.objects.bulk_create(fresh, batch_size=500)
    columns = ("lat", "lng", "aliases", "radius_m", "is_active", "updated_at")
    Landmark.objects.bulk_update(changed, columns, batch_size=500)


def _kind(record: GridRecord, area: BaseGeometry, row: Grid | None) -> str:
    if row is None:
        return "new"
    if not row.is_active:
        return "back"
    words = (row.name, row.village_code, row.village_name)
    same = (
        words == (record.name, record.village_code, record.village_name)
        and record.households in {None, row.households}
        and record.population in {None, row.population}
        and _shape(row).normalize().equals_exact(area.normalize(), SAME_M)
    )
    return "same" if same else "changed"


def _shape(row: Grid) -> BaseGeometry:
    """Return a stored border; one that cannot be read counts as different from any."""
    try:
        return shape(row.polygon)
    except (AttributeError, KeyError, TypeError, ValueError):
        return shape({"type": "Polygon", "coordinates": []})
