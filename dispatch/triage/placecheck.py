"""Does the text speak of the place where the point is? Floods of doubts are worth nothing.

A doubt needs a place that is named in earnest (not a direction, an office, somebody's origin) and
no named place that fits. A gap of ``AT_TOLERANCE_M`` is a neighbour across the border; "beside
前峰村" may be ``NEAR_TOLERANCE_M`` off; between two places that belong together ("从…到…") the whole
stretch fits. A report about three villages or more is about none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from dispatch.triage.context import PlaceDoubt, TriageContext
from dispatch.triage.placenames import Mention, NamedPlace, PlaceNames, Sense
from reports.enums import LocationSource
from reports.models import Grid

AT_TOLERANCE_M = 300.0
NEAR_TOLERANCE_M = 1000.0
VAGUE_ACCURACY_M = 500.0
MANY_VILLAGES = 3
_PAIR = re.compile(
    r"[^，。；！？,;!?\n]{0,4}(?:到|至|往|去|通|和|与|跟|、|及|—|-|~|～)[^，。；！？,;!?\n]{0,4}"
)
"""What joins two places to one stretch: "前峰村到三丰村", "前峰村通往三丰村"."""
_KILOMETRE = 1000
_SOURCES = {"text": "文字提到", "address": "地址写的是"}
_TOLERANCES = {Sense.AT: AT_TOLERANCE_M, Sense.NEAR: NEAR_TOLERANCE_M}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows of ``{"name", "kind", "source", "sense", "distance_m"}``, and the doubt they raise."""

    named: tuple[dict[str, object], ...] = ()
    doubt: PlaceDoubt | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A mention with the place it means nearest to the point, and that distance in metres."""

    mention: Mention
    place: NamedPlace
    distance_m: float


def check_places(context: TriageContext, grid: Grid | None, names: PlaceNames) -> Evidence:
    """Hold what text and address name against the point, which lies in ``grid``."""
    point = names.plane.to_metres(Point(context.lng, context.lat))
    text = _find(names, context.text, point)
    address = _find(names, context.address, point, as_address=True)
    rows = [*_rows(text, "text"), *_rows(address, "address")]
    source, words, found = "text", context.text, text
    if not _earnest(text):
        source, words, found = "address", context.address, address
    against = _contradicting(found, words, grid, point, names)
    if against is None:
        return Evidence(tuple(rows))
    return Evidence(tuple(rows), _doubt(context, grid, against, source))


def distance_text(metres: float) -> str:
    """Return ``640 米`` or ``1.8 公里``."""
    if metres >= _KILOMETRE:
        return f"{metres / _KILOMETRE:.1f} 公里"
    return f"{round(metres, -1):.0f} 米"


def is_vague(context: TriageContext) -> bool:
    """Whether the point itself is little more than a guess."""
    vague = context.accuracy_m is not None and context.accuracy_m > VAGUE_ACCURACY_M
    return vague or context.location_source == LocationSource.TEXT


def _find(
    names: PlaceNames, text: str, point: BaseGeometry, *, as_address: bool = False
) -> list[_Found]:
    """Find the names; in an address each is meant as a place ("三丰村委会" is where it stands)."""
    found = []
    for mention in names.find(text) if text else ():
        place = min(mention.places, key=lambda row: row.area.distance(point))
        if as_address:
            mention = Mention(mention.start, mention.end, Sense.AT, mention.places)  # noqa: PLW2901
        found.append(_Found(mention, place, float(place.area.distance(point))))
    return found


def _rows(found: Iterable[_Found], source: str) -> list[dict[str, object]]:
    return [
        {
            "name": row.place.name,
            "kind": row.place.kind,
            "source": source,
            "sense": str(row.mention.sense),
            "distance_m": round(row.distance_m),
        }
        for row in found
    ]


def _earnest(found: Iterable[_Found]) -> list[_Found]:
    return [row for row in found if row.mention.sense is not Sense.ASIDE]


def _contradicting(
    found: Sequence[_Found], text: str, grid: Grid | None, point: BaseGeometry, names: PlaceNames
) -> _Found | None:
    """Return the nearest place named in earnest, if no named place fits the point."""
    earnest = _earnest(found)
    villages = {row.place.village_code for row in earnest if row.place.kind == "village"}
    if not earnest or len(villages) >= MANY_VILLAGES:
        return None
    if any(_fits(row, grid, names) for row in earnest) or _on_the_way(found, text, point):
        return None
    return min(earnest, key=lambda row: row.distance_m)


def _fits(row: _Found, grid: Grid | None, names: PlaceNames) -> bool:
    """Whether the place is where the point is: near enough, or in the village of the point."""
    tolerance = _TOLERANCES[row.mention.sense]
    if row.distance_m <= tolerance:
        return True
    if grid is None:
        return False
    if row.place.village_code == grid.village_code:
        return True
    here = names.villages.get(grid.village_code)
    # A village always touches its neighbours; a landmark just across the border is still "here".
    return (
        row.place.kind == "landmark"
        and here is not None
        and here.area.distance(row.place.area) <= tolerance
        and row.distance_m <= NEAR_TOLERANCE_M
    )


def _on_the_way(found: Sequence[_Found], text: str, point: BaseGeometry) -> bool:
    """Whether the point lies on the stretch between two places that are named as a pair."""
    for one, other in pairwise(found):
        between = text[one.mention.end : other.mention.start]
        if one.place is other.place or not _PAIR.fullmatch(between):
            continue
        stretch = shapely.union(one.place.area, other.place.area).convex_hull
        if stretch.distance(point) <= AT_TOLERANCE_M:
            return True
    return False


def _doubt(context: TriageContext, grid: Grid | None, row: _Found, source: str) -> PlaceDoubt:
    apart = distance_text(row.distance_m)
    where = f"，但位置在“{grid.village_name or grid.name}”" if grid else "，但位置不在其中"
    flag = f"{_SOURCES[source]}“{row.place.name}”{where}（相距约 {apart}）"
    vague = is_vague(context)
    if vague:
        flag += "，定位不准，可能以文字为准"
    return PlaceDoubt(
        name=row.place.name,
        kind=row.place.kind,
        source=source,
        distance_m=round(row.distance_m),
        grid=row.place.grid,
        likely="text" if vague else "unsure",
        flag=flag,
    )
