"""What may be wrong with a map file. Codes are stable; messages are Chinese and say what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FaultCode(StrEnum):
    """Everything a map file is checked for."""

    FILE_TOO_LARGE = "file_too_large"
    NOT_JSON = "not_json"
    NOT_GEOJSON = "not_geojson"
    NOT_UTF8 = "not_utf8"
    NO_FEATURES = "no_features"
    TOO_MANY_FEATURES = "too_many_features"
    TOO_MANY_VERTICES = "too_many_vertices"
    CRS_UNSUPPORTED = "crs_unsupported"
    FIELD_UNKNOWN = "field_unknown"

    WRONG_GEOMETRY = "wrong_geometry"
    EMPTY_GEOMETRY = "empty_geometry"
    BAD_POSITION = "bad_position"
    COORDINATES_SWAPPED = "coordinates_swapped"
    COORDINATES_PROJECTED = "coordinates_projected"
    OUT_OF_CHINA = "out_of_china"
    COORDINATES_3D = "coordinates_3d"
    RING_TOO_SHORT = "ring_too_short"
    RING_NOT_CLOSED = "ring_not_closed"
    RING_CLOSED = "ring_closed"
    RING_ORDER = "ring_order"
    SELF_INTERSECTION = "self_intersection"
    SELF_INTERSECTION_REPAIRED = "self_intersection_repaired"
    HOLE = "hole"

    CODE_MISSING = "code_missing"
    CODE_INVALID = "code_invalid"
    CODE_DUPLICATE = "code_duplicate"
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_DUPLICATE = "name_duplicate"
    VILLAGE_CODE_MISMATCH = "village_code_mismatch"
    VILLAGE_NAME_MISSING = "village_name_missing"
    VILLAGE_NAME_DIFFERS = "village_name_differs"
    NUMBER_INVALID = "number_invalid"
    MIXED_STREETS = "mixed_streets"

    OVERLAP = "overlap"
    OVERLAP_SLIVER = "overlap_sliver"
    GAP = "gap"
    FAR_AWAY = "far_away"
    LOOKS_LIKE_GCJ02 = "looks_like_gcj02"
    LOOKS_LIKE_BD09 = "looks_like_bd09"
    LOOKS_LIKE_WGS84 = "looks_like_wgs84"
    COORD_TYPE_DETECTED = "coord_type_detected"
    COORD_TYPE_UNCHECKED = "coord_type_unchecked"
    OUTLINE_DIFFERS = "outline_differs"
    MORE = "more"


WARNINGS = frozenset(
    {
        FaultCode.NOT_UTF8,
        FaultCode.COORDINATES_3D,
        FaultCode.RING_CLOSED,
        FaultCode.RING_ORDER,
        FaultCode.SELF_INTERSECTION_REPAIRED,
        FaultCode.HOLE,
        FaultCode.VILLAGE_NAME_DIFFERS,
        FaultCode.MIXED_STREETS,
        FaultCode.OVERLAP_SLIVER,
        FaultCode.GAP,
        FaultCode.FAR_AWAY,
        FaultCode.LOOKS_LIKE_GCJ02,
        FaultCode.LOOKS_LIKE_BD09,
        FaultCode.LOOKS_LIKE_WGS84,
        FaultCode.COORD_TYPE_DETECTED,
        FaultCode.COORD_TYPE_UNCHECKED,
        FaultCode.OUTLINE_DIFFERS,
        FaultCode.MORE,
    }
)
MOST_LISTED = 200
_MOST_NAMED = 8

GeoJson = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``features`` count from 0 as in the file; ``geometry`` is where to look (WGS-84)."""

    code: FaultCode
    message: str
    features: tuple[int, ...] = ()
    geometry: GeoJson | None = None

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be imported because of it."""
        return self.code not in WARNINGS


@dataclass(slots=True)
class FaultList:
    """Collects faults; what concerns many features alike becomes one line at the end."""

    faults: list[Fault] = field(default_factory=list)
    error_count: int = 0
    _alike: dict[tuple[FaultCode, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(
        self, code: FaultCode, message: str, *features: int, geometry: GeoJson | None = None
    ) -> None:
        """Note one fault."""
        self.faults.append(Fault(code, message, tuple(features), geometry))
        self.error_count += code not in WARNINGS

    def add_alike(self, code: FaultCode, message: str, feature: int) -> None:
        """Note a fault that other features may have, too; said once for all of them."""
        rows = self._alike[code, message]
        if not rows or rows[-1] != feature:
            rows.append(feature)
        self.error_count += code not in WARNINGS

    def finish(self) -> tuple[Fault, ...]:
        """Return all faults, errors first, at most ``MOST_LISTED`` and a line for the rest."""
        for (code, message), features in self._alike.items():
            self.add(code, f"{feature_names(features)}：{message}", *features)
        self._alike.clear()
        ordered = sorted(self.faults, key=lambda fault: not fault.is_error)
        if len(ordered) <= MOST_LISTED:
            return tuple(ordered)
        rest = len(ordered) - MOST_LISTED
        more = Fault(FaultCode.MORE, f"另有 {rest} 处问题没有列出，请先处理以上问题")
        return (*ordered[:MOST_LISTED], more)


def feature_names(features: list[int]) -> str:
    """Return ``第 1、2、3 个要素`` with a cut after a few."""
    shown = "、".join(str(index + 1) for index in features[:_MOST_NAMED])
    return f"第 {shown} {'等 ' + str(len(features)) + ' ' if len(features) > _MOST_NAMED else ''}个要素"
