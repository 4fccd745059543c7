"""A whole file: read it, check it, and return what may be imported together with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from reports.domain.gridfiles.coverage import Piece, check_coverage
from reports.domain.gridfiles.faults import Fault, FaultCode, FaultList
from reports.domain.gridfiles.reading import RawFeature, read_features
from reports.domain.gridfiles.records import GridRecord, LandmarkRecord, RecordReader
from reports.domain.gridfiles.shapes import is_polygon, read_point, read_polygon, to_geojson
from reports.domain.gridfiles.systems import AUTO, Convert, choose_system, converter
from xiangcun.lib.geo import CoordType


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file. ``replace`` switches off grids that the file does not have."""

    coord_type: str = AUTO
    replace: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownGrid:
    """A grid in use, as far as a check needs it; ``shape`` is WGS-84."""

    code: str
    name: str
    village_code: str
    village_name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class GridDraft:
    """A grid of the file; ``shape`` is WGS-84."""

    record: GridRecord
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class LandmarkDraft:
    """A landmark of the file, WGS-84 degrees."""

    record: LandmarkRecord
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file holds. With an error among ``faults`` nothing of it may be imported.

    ``drawn`` has the shape (WGS-84) of every feature that could be read, by its index.
    """

    grids: tuple[GridDraft, ...]
    landmarks: tuple[LandmarkDraft, ...]
    faults: tuple[Fault, ...]
    coord_type: CoordType
    drawn: Mapping[int, BaseGeometry] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that forbid the import."""
        return tuple(fault for fault in self.faults if fault.is_error)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that a person should have looked at."""
        return tuple(fault for fault in self.faults if not fault.is_error)


def check_file(data: bytes, options: ReadOptions, known: Sequence[KnownGrid]) -> CheckedFile:
    """Check a GeoJSON file against itself and the grids in use."""
    faults = FaultList()
    features = read_features(data, faults)
    areas = [row for row in features if is_polygon(row.geometry)]
    points = [row for row in features if row.geometry.get("type") == "Point"]
    _refuse_other_kinds(features, faults)
    reader = RecordReader(
        faults, options.columns, {row.village_code: row.village_name for row in known}
    )
    if features:
        reader.check_columns(features)
    records = {record.index: record for record in reader.read_grids(areas)}
    shapes = {row.index: found for row in areas if (found := read_polygon(row, faults)) is not None}
    kind = _system(options, records, shapes, known, faults)
    convert = converter(kind)
    _move_faults(faults, convert)
    drawn = {index: convert(found) for index, found in shapes.items()}
    grids = [GridDraft(record, drawn[index]) for index, record in records.items() if index in drawn]
    landmarks = _landmarks(reader, points, convert, faults)
    if grids:
        check_coverage(_pieces(grids, options, known), faults)
    grids.sort(key=lambda draft: draft.record.code)
    return CheckedFile(tuple(grids), tuple(landmarks), faults.finish(), kind, drawn)


def _refuse_other_kinds(features: Sequence[RawFeature], faults: FaultList) -> None:
    for row in features:
        kind = row.geometry.get("type")
        if kind is None:
            faults.add_alike(FaultCode.EMPTY_GEOMETRY, "没有图形", row.index)
        elif kind not in {"Polygon", "MultiPolygon", "Point"}:
            message = f"第 {row.index + 1} 个要素是 {str(kind)[:30]}，网格须是 Polygon 或 MultiPolygon，地标须是 Point"
            faults.add(FaultCode.WRONG_GEOMETRY, message, row.index)


def _system(
    options: ReadOptions,
    records: Mapping[int, GridRecord],
    shapes: Mapping[int, BaseGeometry],
    known: Sequence[KnownGrid],
    faults: FaultList,
) -> CoordType:
    """Compare like with like: the grids of the same codes if there are any, else the whole outlines."""
    if not shapes:
        return CoordType.WGS84 if options.coord_type == AUTO else CoordType(options.coord_type)
    in_use = {row.code: row.shape for row in known}
    same = {at: row.code for at, row in records.items() if at in shapes and row.code in in_use}
    own = [shapes[at] for at in same] or list(shapes.values())
    theirs = [in_use[code] for code in same.values()] or list(in_use.values())
    outline = shapely.union_all(own)
    return choose_system(
        options.coord_type, outline, shapely.union_all(theirs) if theirs else None, faults
    )


def _move_faults(faults: FaultList, convert: Convert) -> None:
    """Bring what was noted in the file's own coordinates to where it is drawn."""
    faults.faults = [
        replace(row, geometry=to_geojson(convert(shape(dict(row.geometry)))))
        if row.geometry
        else row
        for row in faults.faults
    ]


def _landmarks(
    reader: RecordReader, points: Sequence[RawFeature], convert: Convert, faults: FaultList
) -> list[LandmarkDraft]:
    places = {row.index: found for row in points if (found := read_point(row, faults)) is not None}
    drafts = []
    for record in reader.read_landmarks(points):
        if record.index in places:
            lng, lat = convert(Point(*places[record.index])).coords[0]
            drafts.append(LandmarkDraft(record, lat=round(lat, 7), lng=round(lng, 7)))
    return drafts


def _pieces(
    grids: Sequence[GridDraft], options: ReadOptions, known: Sequence[KnownGrid]
) -> list[Piece]:
    """Return the map as it would be: the file's grids, and those in use that stay."""
    pieces = [Piece(row.record.index, row.record.name, row.shape) for row in grids]
    if not options.replace:
        codes = {row.record.code for row in grids}
        pieces += [Piece(None, row.name, row.shape) for row in known if row.code not in codes]
    return pieces
