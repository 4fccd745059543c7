"""Fill the tables of the resident's world from the JSON files a township edits.

The files lie in ``reports/data``; a folder given by the caller overrides single files by name. Rows
that exist are an operator's and stay as they are unless the mode is ``RESET``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Manager, Model
from django.utils import timezone

from reports.enums import DimensionCode
from reports.models import Category, Dimension, Grid, Landmark
from reports.queries.categories import forget_tree

DATA = Path(__file__).resolve().parent.parent / "data"
TOP_LEVEL_LENGTH = 2

Row = Mapping[str, Any]
M = TypeVar("M", bound=Model)


class SeedMode(StrEnum):
    """How shipped rows meet what is in the tables.

    ``FILL`` adds missing categories, grids, departments and days, and fills word and rule tables
    only while they are empty, so that a word somebody deleted stays deleted. ``ADD`` adds every
    missing row, for a new version of the files. ``RESET`` also overwrites edited rows.
    """

    FILL = "fill"
    ADD = "add"
    RESET = "reset"


def read_data(name: str, *, shipped: Path, folder: Path | None) -> dict[str, Any]:
    """Return the JSON object of ``folder/name`` if there is one, else of ``shipped/name``."""
    path = folder / name if folder and (folder / name).exists() else shipped / name
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def put_rows(
    model: type[M], rows: Iterable[M], *, key: Sequence[str], columns: Sequence[str], mode: SeedMode
) -> None:
    """Insert ``rows``; one whose unique ``key`` exists is overwritten on ``RESET``, else left alone."""
    if mode is SeedMode.RESET:
        manager_of(model).bulk_create(
            rows, update_conflicts=True, unique_fields=list(key), update_fields=list(columns)
        )
    else:
        manager_of(model).bulk_create(rows, ignore_conflicts=True)


def manager_of(model: type[M]) -> Manager[M]:
    """Return the manager of any model, a link table's included."""
    return model._default_manager  # noqa: SLF001 - the documented name of it


def replace_links(
    through: type[Model], owner: str, links: Iterable[tuple[int, int]], *, of: Sequence[int]
) -> None:
    """Make ``links`` (owner id, other id) all the links that the owners ``of`` have."""
    names = [field.attname for field in through._meta.fields if field.is_relation]  # noqa: SLF001 - documented API
    other = next(name for name in names if name != owner)
    manager_of(through).filter(**{f"{owner}__in": of}).delete()
    manager_of(through).bulk_create(through(**{owner: one, other: two}) for one, two in links)


def seed_dimensions(*, mode: SeedMode) -> int:
    """Put the seven dimensions and the base layer; return how many there are."""
    rows = [
        Dimension(code=code.value, name=str(code.label), order=order)
        for order, code in enumerate(DimensionCode)
    ]
    put_rows(Dimension, rows, key=["code"], columns=["name", "order"], mode=mode)
    return len(rows)


def seed_categories(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put the category tree (rows of ``categories.json``) and its dimension tags."""
    known = set(Category.objects.values_list("code", flat=True))
    tops = [row for row in rows if len(row["code"]) == TOP_LEVEL_LENGTH]
    leaves = [row for row in rows if len(row["code"]) > TOP_LEVEL_LENGTH]
    _put_categories(tops, {}, mode=mode)
    _put_categories(leaves, dict(Category.objects.values_list("code", "pk")), mode=mode)
    fresh = rows if mode is SeedMode.RESET else [row for row in rows if row["code"] not in known]
    _tag_categories(fresh)
    forget_tree()
    return len(rows)


def _put_categories(rows: Sequence[Row], parents: Mapping[str, int], *, mode: SeedMode) -> None:
    now = timezone.now()
    put_rows(
        Category,
        [
            Category(
                code=row["code"],
                name=row["name"],
                parent_id=parents.get(row.get("parent") or ""),
                default_urgency=row.get("urgency", "P2"),
                photo_required=row.get("photo_required", False),
                after_photo_required=row.get("after_photo_required", False),
                confidential=row.get("confidential", False),
                public_default=row.get("public_default", False),
                duplicate_radius_m=row.get("radius_m", 100),
                safety_prompt=row.get("safety_prompt", ""),
                order=order,
                updated_at=now,
            )
            for order, row in enumerate(rows)
        ],
        key=["code"],
        columns=[
            "name", "parent", "default_urgency", "photo_required", "after_photo_required",
            "confidential", "public_default", "duplicate_radius_m", "safety_prompt", "order", "updated_at",
        ],
        mode=mode,
    )  # fmt: skip


def _tag_categories(rows: Sequence[Row]) -> None:
    """Replace the dimension tags of these categories by the file's (characters such as 文, 便, 安)."""
    by_label = {str(code.label)[-1]: code.value for code in DimensionCode}
    dimensions = dict(Dimension.objects.values_list("code", "pk"))
    categories = dict(Category.objects.values_list("code", "pk"))
    replace_links(
        Category.dimensions.through,
        "category_id",
        (
            (categories[row["code"]], dimensions[by_label[label]])
            for row in rows
            for label in row.get("dims", ())
        ),
        of=[categories[row["code"]] for row in rows],
    )


def seed_grids(features: Sequence[Row], *, mode: SeedMode) -> int:
    """Put grids from GeoJSON features (WGS-84, properties as in ``grids.geojson``)."""
    now = timezone.now()
    rows = [
        Grid(
            code=feature["properties"]["code"],
            name=feature["properties"]["name"],
            village_code=feature["properties"]["village_code"],
            village_name=feature["properties"]["village_name"],
            polygon=feature["geometry"],
            updated_at=now,
        )
        for feature in features
    ]
    columns = ["name", "village_code", "village_name", "polygon", "updated_at"]
    put_rows(Grid, rows, key=["code"], columns=columns, mode=mode)
    return len(rows)


def seed_demo_population() -> int:
    """Give grids without a registered population an invented one, the same every time; return how many.

    For a demonstration only: a real township's figures come with its map or are typed in.
    """
    rows = list(Grid.objects.filter(population=None).only("code"))
    for row in rows:
        row.population = 400 + int(row.code) * 7919 % 1400
    Grid.objects.bulk_update(rows, ["population"], batch_size=500)
    return len(rows)


def seed_landmarks(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put landmarks (rows of ``landmarks.json``); ``FILL`` only while there is none."""
    if mode is SeedMode.FILL and Landmark.objects.exists():
        return len(rows)
    now = timezone.now()
    marks = [
        Landmark(
            name=row["name"],
            aliases=list(row.get("aliases", ())),
            lat=row["lat"],
            lng=row["lng"],
            radius_m=row.get("radius_m", 100),
            updated_at=now,
        )
        for row in rows
    ]
    columns = ["aliases", "lat", "lng", "radius_m", "updated_at"]
    put_rows(Landmark, marks, key=["name"], columns=columns, mode=mode)
    return len(rows)
