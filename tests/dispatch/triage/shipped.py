"""The shipped files as a reference without a database: what a fresh township decides with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dispatch.domain.conflicts import ComplaintReader
from dispatch.domain.seeding import DATA
from dispatch.models import Department
from dispatch.queries.parties import Party, names_of
from dispatch.triage.context import TriageContext
from dispatch.triage.dangers import shipped_dangers
from dispatch.triage.gridmap import GridMap
from dispatch.triage.lexicon import Entry, Lexicon
from dispatch.triage.placenames import PlaceNames
from dispatch.triage.reference import Duty, Reference
from reports.domain.seeding import DATA as REPORTS_DATA
from reports.domain.seeding import read_data
from reports.enums import ReportKind
from reports.models import Category, Grid, Landmark

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def context(text: str, **extra: object) -> TriageContext:
    values: dict[str, object] = {
        "report_id": 1,
        "text": text,
        "own_words": text,
        "kind": ReportKind.PROBLEM,
        "lat": 30.31,
        "lng": 120.5,
        "submitted_at": NOON,
        "now": NOON,
    }
    return TriageContext(**{**values, **extra})  # type: ignore[arg-type]


def category_of(pk: int, row: dict[str, Any]) -> Category:
    """Build an unsaved category from its shipped row."""
    return Category(
        pk=pk,
        code=row["code"],
        name=row["name"],
        default_urgency=row["urgency"],
        confidential=row["confidential"],
        public_default=row["public_default"],
        duplicate_radius_m=row["radius_m"],
    )


def complaint_reader(departments: Iterable[Department]) -> ComplaintReader:
    """Return the reader for departments alone: no staff is shipped."""
    return ComplaintReader(
        Party(row.pk, names_of(row), row.village_code)
        for row in departments
        if row.is_active and not row.is_command_room
    )


def landmarks() -> list[Landmark]:
    """Return the shipped landmarks, unsaved."""
    rows = read_data("landmarks.json", shipped=REPORTS_DATA, folder=None)["landmarks"]
    return [Landmark(**row) for row in rows]


@lru_cache(maxsize=1)
def reference() -> Reference:
    """Return categories, words, dangers, grids and duties as shipped; no rules."""
    tree = read_data("categories.json", shipped=REPORTS_DATA, folder=None)["categories"]
    features = read_data("grids.geojson", shipped=REPORTS_DATA, folder=None)["features"]
    rows = read_data("departments.json", shipped=DATA, folder=None)["departments"]
    lexicon = read_data("lexicon.json", shipped=DATA, folder=None)["categories"]
    departments = {row["code"]: Department(pk=pk, **row) for pk, row in enumerate(rows, 1)}
    leaves = [row for row in tree if row["parent"]]
    grids = GridMap(
        [
            Grid(
                pk=pk,
                code=row["properties"]["code"],
                name=row["properties"]["name"],
                village_code=row["properties"]["village_code"],
                village_name=row["properties"]["village_name"],
                polygon=row["geometry"],
            )
            for pk, row in enumerate(features, 1)
        ]
    )
    return Reference(
        categories={row["code"]: category_of(pk, row) for pk, row in enumerate(leaves, 1)},
        classifier=Lexicon(
            Entry(code, term, float(weight))
            for code, weights in lexicon.items()
            for weight, terms in weights.items()
            for term in terms
        ),
        dangers=shipped_dangers(),
        grids=grids,
        rules=(),
        duties={
            row["code"]: Duty(
                departments[row["lead"]], tuple(departments[code] for code in row["assisting"])
            )
            for row in leaves
        },
        villages={row.village_code: row for row in departments.values() if row.village_code},
        departments={row.pk: row for row in departments.values()},
        complaints=complaint_reader(departments.values()),
        places=PlaceNames(grids, landmarks()),
    )
