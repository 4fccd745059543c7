"""Draw the demo township's grids: a toy outline, thirty Voronoi cells, six villages.

No open data holds the real grid polygons, so the shapes are invented and every name says 示例; the
village names and their 12-digit codes are real (China Statistics Bureau list, 2023). Coordinates are
WGS-84 (lng, lat) in degrees with six decimals (0.1 m), exterior rings counter-clockwise (RFC 7946).
Deterministic: running it again writes the same bytes.

    python scripts/make_demo_grids.py            # rewrites reports/data/{grids,villages}.geojson
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPoint, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

CENTRE_LNG, CENTRE_LAT = 120.50, 30.31
METRES_PER_DEGREE = 111_320.0
STREET_CODE, STREET_NAME = "330114007", "前进街道"
SEQUENCE_DIGITS = 3
GRIDS_PER_VILLAGE = 5
RELAXATIONS = 12

# Corners of the toy outline in metres east and north of the centre, counter-clockwise.
OUTLINE_M = (
    (-2900, -1500), (-1300, -2300), (700, -2100), (2300, -2400), (3000, -700),
    (2600, 900), (2800, 1900), (900, 2400), (-800, 2100), (-2400, 2300), (-3100, 600),
)  # fmt: skip
# Village: 12-digit code, name, middle in metres.
VILLAGES = (
    ("330114007001", "前新社区", (-1900, 1150)),
    ("330114007002", "前悦社区", (0, 1200)),
    ("330114007200", "临江村", (1900, 1150)),
    ("330114007201", "前峰村", (-1950, -850)),
    ("330114007202", "三丰村", (0, -1050)),
    ("330114007400", "江东区块社区", (1900, -1050)),
)
DATA = Path(__file__).resolve().parent.parent / "reports" / "data"


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """Metres east/north of the centre → (lng, lat), six decimals."""
    lng = CENTRE_LNG + x / (METRES_PER_DEGREE * math.cos(math.radians(CENTRE_LAT)))
    return round(lng, 6), round(CENTRE_LAT + y / METRES_PER_DEGREE, 6)


def draw_cells(outline: Polygon, seeds: list[Point]) -> list[BaseGeometry]:
    """One Voronoi cell per seed, clipped to the outline, in the order of the seeds."""
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=outline)
    clipped = [cell.intersection(outline) for cell in cells.geoms]
    return [next(cell for cell in clipped if cell.covers(seed)) for seed in seeds]


def draw_grids(outline: Polygon) -> list[tuple[int, BaseGeometry]]:
    """``(index of the village, polygon in metres)`` for each grid, Lloyd-relaxed to be compact.

    All thirty cells come from one diagram, so neighbours share their corners exactly and rounding
    cannot make them overlap.
    """
    rng = random.Random(int(STREET_CODE))  # noqa: S311 - shapes of a demo map, not a secret
    seeds = [
        Point(x + rng.uniform(-700, 700), y + rng.uniform(-700, 700))
        for _, _, (x, y) in VILLAGES
        for _ in range(GRIDS_PER_VILLAGE)
    ]
    for _ in range(RELAXATIONS):
        seeds = [cell.centroid for cell in draw_cells(outline, seeds)]
    return [(i // GRIDS_PER_VILLAGE, cell) for i, cell in enumerate(draw_cells(outline, seeds))]


def feature(polygon: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature; the exterior ring is turned counter-clockwise."""
    ring = shapely.orient_polygons(polygon, exterior_cw=False)
    return {"type": "Feature", "properties": properties, "geometry": mapping(ring)}


def write_collection(path: Path, name: str, features: list[dict[str, Any]]) -> None:
    """Write one feature a line, so that an edit shows as one changed line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in features)
    head = f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n'
    path.write_text(f"{head}{lines}\n]}}\n", encoding="utf-8")


def main() -> None:
    """Write grids.geojson and villages.geojson (six villages and the street outline)."""
    grids: list[dict[str, Any]] = []
    by_village: dict[int, list[Polygon]] = {index: [] for index in range(len(VILLAGES))}
    for village_index, cell in draw_grids(Polygon(OUTLINE_M)):
        code, name, _ = VILLAGES[village_index]
        polygon = Polygon([to_degrees(x, y) for x, y in shapely.get_coordinates(cell)])
        by_village[village_index].append(polygon)
        number = len(by_village[village_index])
        grids.append(
            feature(
                polygon,
                {
                    "code": f"{code}{number:0{SEQUENCE_DIGITS}d}",
                    "name": f"{name}示例网格{number:02d}",
                    "level": "grid",
                    "village_code": code,
                    "village_name": name,
                },
            )
        )
    outlines = [shapely.coverage_union_all(by_village[i]) for i in range(len(VILLAGES))]
    villages = [
        feature(outline, {"code": code, "name": name, "level": "village"})
        for outline, (code, name, _) in zip(outlines, VILLAGES, strict=True)
    ]
    street = feature(
        shapely.coverage_union_all(outlines),
        {"code": STREET_CODE, "name": f"{STREET_NAME}（示例轮廓）", "level": "street"},
    )
    write_collection(DATA / "grids.geojson", "示例网格", grids)
    write_collection(DATA / "villages.geojson", "示例村社区轮廓", [*villages, street])


if __name__ == "__main__":
    main()
