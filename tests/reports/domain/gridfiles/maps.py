"""Small synthetic maps: squares of some 960 × 1,110 m around 30.3 N 120.5 E."""

from __future__ import annotations

import json
from typing import Any

from shapely.geometry import shape

from reports.domain.gridfiles.checking import (
    CheckedFile,
    KnownGrid,
    ReadOptions,
    check_file,
)
from reports.domain.gridfiles.faults import Fault, FaultCode

WEST, SOUTH, SIDE = 120.49, 30.29, 0.01
VILLAGE = "330114007200"
Json = dict[str, Any]


def ring(column: int = 0, row: int = 0, *, side: float = SIDE) -> list[list[float]]:
    """A counter-clockwise closed square."""
    west, south = round(WEST + column * SIDE, 6), round(SOUTH + row * SIDE, 6)
    east, north = round(west + side, 6), round(south + side, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(number: int = 1, rings: Any = None, **properties: Any) -> Json:
    """A grid; ``number`` is its sequence and its column."""
    values = {
        "code": f"{VILLAGE}{number:03d}",
        "name": f"网格{number}",
        "village_name": "临江村",
        **properties,
    }
    geometry = {"type": "Polygon", "coordinates": [ring(number - 1)] if rings is None else rings}
    return {
        "type": "Feature",
        "properties": {key: value for key, value in values.items() if value is not None},
        "geometry": geometry,
    }


def landmark(name: str | None = "示例市场", **properties: Any) -> Json:
    point = properties.pop("point", [120.495, 30.295])
    return {
        "type": "Feature",
        "properties": {"name": name, **properties},
        "geometry": {"type": "Point", "coordinates": point},
    }


def collection(*features: Any, **members: Any) -> bytes:
    return json.dumps(
        {"type": "FeatureCollection", "features": list(features), **members}, ensure_ascii=False
    ).encode()


def known(*features: Json) -> list[KnownGrid]:
    """The map in use."""
    return [
        KnownGrid(
            row["properties"]["code"],
            row["properties"]["name"],
            row["properties"]["code"][:12],
            row["properties"]["village_name"],
            shape(row["geometry"]),
        )
        for row in features
    ]


def check(data: bytes, *in_use: Json, **options: Any) -> CheckedFile:
    options.setdefault("coord_type", "wgs84")
    return check_file(data, ReadOptions(**options), known(*in_use))


def codes(checked: CheckedFile) -> set[FaultCode]:
    """Every fault's code but the one that a map without predecessor always has."""
    return {fault.code for fault in checked.faults} - {FaultCode.COORD_TYPE_UNCHECKED}


def fault(checked: CheckedFile, code: FaultCode) -> Fault:
    return next(row for row in checked.faults if row.code is code)
