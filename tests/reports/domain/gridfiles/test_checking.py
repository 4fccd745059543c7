from __future__ import annotations

import json
from typing import Any

import pytest

from reports.domain.gridfiles import reading
from reports.domain.gridfiles.faults import MOST_LISTED, FaultCode
from tests.reports.domain.gridfiles.maps import (
    VILLAGE,
    check,
    codes,
    collection,
    fault,
    feature,
    landmark,
    ring,
)

C = FaultCode


def test_it_works() -> None:
    data = collection(feature(1, households=120), feature(2), landmark(aliases="菜场、老市场"))
    checked = check(data)
    assert codes(checked) == set()
    assert [row.record.code for row in checked.grids] == [f"{VILLAGE}001", f"{VILLAGE}002"]
    assert checked.grids[0].record.households == 120
    assert checked.grids[0].record.village_code == VILLAGE
    assert checked.landmarks[0].record.aliases == ("菜场", "老市场")
    assert (checked.landmarks[0].lat, checked.landmarks[0].lng) == (30.295, 120.495)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"{", C.NOT_JSON, "JSON"),
        (b"", C.NOT_JSON, "JSON"),
        (b"[" * 100_000, C.NOT_JSON, "JSON"),
        (b"\xff\xfe\x00", C.NOT_JSON, "JSON"),
        (b"[]", C.NOT_GEOJSON, "FeatureCollection"),
        (json.dumps(feature()).encode(), C.NOT_GEOJSON, "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": {}}', C.NOT_GEOJSON, "FeatureCollection"),
        (collection(), C.NO_FEATURES, "没有任何要素"),
    ],
)
def test_a_file_that_is_none(data: bytes, code: C, words: str) -> None:
    checked = check(data)
    assert code in codes(checked)
    assert words in fault(checked, code).message
    assert checked.errors
    assert not checked.grids


def test_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(check(b" " * (reading.MAX_BYTES + 1))) == {C.FILE_TOO_LARGE}
    monkeypatch.setattr(reading, "MAX_FEATURES", 1)
    assert codes(check(collection(feature(1), feature(2)))) == {C.TOO_MANY_FEATURES}
    monkeypatch.setattr(reading, "MAX_FEATURES", 9)
    monkeypatch.setattr(reading, "MAX_FEATURE_VERTICES", 4)
    found = check(collection(feature(1)))
    assert codes(found) == {C.TOO_MANY_VERTICES}
    assert fault(found, C.TOO_MANY_VERTICES).features == (0,)
    monkeypatch.setattr(reading, "MAX_FEATURE_VERTICES", 50)
    monkeypatch.setattr(reading, "MAX_VERTICES", 9)
    assert codes(check(collection(feature(1), feature(2)))) == {C.TOO_MANY_VERTICES}


def test_another_encoding_is_read_and_said() -> None:
    data = collection(feature(1)).decode().encode("gb18030")
    checked = check(data)
    assert codes(checked) == {C.NOT_UTF8}
    assert checked.grids[0].record.village_name == "临江村"
    assert codes(check(b"\xef\xbb\xbf" + collection(feature(1)))) == set()


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4326"]
)
def test_known_reference_systems(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert codes(check(collection(feature(1), crs=crs))) == set()


@pytest.mark.parametrize(
    ("crs", "shown"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}, "EPSG::3857"),
        ({"type": "name", "properties": {"name": "EPSG:4527"}}, "EPSG:4527"),
        ({"type": "link"}, "未写明"),
        ("beijing54", "beijing54"),
    ],
)
def test_other_reference_systems_are_named(crs: Any, shown: str) -> None:
    checked = check(collection(feature(1), crs=crs))
    assert codes(checked) == {C.CRS_UNSUPPORTED}
    assert shown in fault(checked, C.CRS_UNSUPPORTED).message


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"type": "Feature", "properties": {}, "geometry": None}, C.EMPTY_GEOMETRY),
        ("x", C.EMPTY_GEOMETRY),
        (feature(1, []), C.EMPTY_GEOMETRY),
        (feature(1, [[]]), C.RING_TOO_SHORT),
        (feature(1, "x"), C.BAD_POSITION),
        (feature(1, [["x"]]), C.BAD_POSITION),
        (feature(1, [{"a": 1}]), C.BAD_POSITION),
        (feature(1, [[[120.5], [120.6, 30.1], [120.5, 30.2], [120.5]]]), C.BAD_POSITION),
        (feature(1, [[["120.5", "30.3"]] * 4]), C.BAD_POSITION),
        (feature(1, [[[120.5, None]] * 4]), C.BAD_POSITION),
        (feature(1, [[[120.5, 10**400]] * 4]), C.BAD_POSITION),
        (feature(1, [[[120.5, True]] * 4]), C.BAD_POSITION),
        (feature(1, [[[120.5, 30.3], [120.6, 30.3], [120.5, 30.3]]]), C.RING_TOO_SHORT),
        (
            feature(1, [[[120.5, 30.3], [120.6, 30.3], [120.7, 30.3], [120.5, 30.3]]]),
            C.EMPTY_GEOMETRY,
        ),
        (feature(1, [[[lat, lng] for lng, lat in ring()]]), C.COORDINATES_SWAPPED),
        (feature(1, [[[2.35, 48.8], [2.36, 48.8], [2.36, 48.9], [2.35, 48.8]]]), C.OUT_OF_CHINA),
        (
            feature(1, [[[40500000, 3350000], [40500100, 3350000], [40500100, 3350100]]]),
            C.COORDINATES_PROJECTED,
        ),
    ],
)
def test_shapes_that_cannot_be_read(row: Any, code: C) -> None:
    checked = check(collection(row, feature(2)))
    assert code in codes(checked)
    assert 0 in fault(checked, code).features
    assert fault(checked, code).message.startswith("第 1 个要素")
    assert checked.errors


def test_a_line_is_no_grid() -> None:
    line = {**feature(1), "geometry": {"type": "LineString", "coordinates": ring()}}
    assert C.WRONG_GEOMETRY in codes(check(collection(line)))


def test_infinity_is_no_coordinate() -> None:
    data = collection(feature(1)).replace(b"120.49,", b"Infinity,", 1)
    assert C.BAD_POSITION in codes(check(data))


def test_rings_are_put_right_and_said_once() -> None:
    rows = [feature(number, [ring(number - 1)[::-1]]) for number in (1, 2, 3)]
    checked = check(collection(*rows))
    assert codes(checked) == {C.RING_ORDER}
    assert fault(checked, C.RING_ORDER).features == (0, 1, 2)
    assert "第 1、2、3 个要素" in fault(checked, C.RING_ORDER).message
    assert not checked.errors
    assert len(checked.grids) == 3


def test_an_open_ring_is_closed_unless_a_part_is_missing() -> None:
    checked = check(collection(feature(1, [ring()[:-1]])))
    assert codes(checked) == {C.RING_CLOSED}
    assert checked.grids[0].shape.is_closed or checked.grids[0].shape.is_valid
    west, south = ring()[0]
    cut = [[west, south], [west + 0.01, south], [west + 0.02, south + 0.002]]
    broken = check(collection(feature(1, [cut])))
    assert C.RING_NOT_CLOSED in codes(broken)
    assert fault(broken, C.RING_NOT_CLOSED).geometry is not None


def test_heights_are_dropped() -> None:
    checked = check(collection(feature(1, [[[*point, 12.5] for point in ring()]])))
    assert codes(checked) == {C.COORDINATES_3D}
    assert not checked.grids[0].shape.has_z


def test_a_bow_tie_is_refused_where_it_crosses() -> None:
    west, south = ring()[0]
    bow = [
        [west, south],
        [west + 0.01, south + 0.01],
        [west + 0.01, south],
        [west, south + 0.01],
        [west, south],
    ]
    checked = check(collection(feature(1, [bow])))
    assert C.SELF_INTERSECTION in codes(checked)
    where = fault(checked, C.SELF_INTERSECTION).geometry
    assert where is not None
    assert where["coordinates"] == [pytest.approx(west + 0.005), pytest.approx(south + 0.005)]
    assert not checked.grids


def test_a_small_loop_is_repaired() -> None:
    square = ring()
    west, south = square[0]
    loop = [
        [west + 0.005, south],
        [west + 0.0052, south - 0.0002],
        [west + 0.005, south - 0.0002],
        [west + 0.0052, south],
    ]
    checked = check(collection(feature(1, [[square[0], *loop, *square[1:]]])))
    assert codes(checked) == {C.SELF_INTERSECTION_REPAIRED}
    assert checked.grids[0].shape.is_valid


def test_holes_are_allowed_and_said() -> None:
    hole = [[x + 0.002, y + 0.002] for x, y in ring(side=0.004)][::-1]
    checked = check(collection(feature(1, [ring(), hole])))
    assert codes(checked) == {C.HOLE, C.GAP}
    assert not checked.errors
    assert "0.17 平方公里" in fault(checked, C.HOLE).message
    # Filled by another grid it is an enclave and no gap.
    filled = check(collection(feature(1, [ring(), hole]), feature(2, [hole[::-1]])))
    assert codes(filled) == {C.HOLE}


def test_overlaps_say_how_much_and_where() -> None:
    shifted = [[x - 0.001, y] for x, y in ring(1)]
    checked = check(collection(feature(1), feature(2, [shifted])))
    found = fault(checked, C.OVERLAP)
    assert found.features == (0, 1)
    assert "占较小网格的 10.0%" in found.message
    assert "“网格1”和“网格2”" in found.message
    assert found.geometry is not None
    assert checked.errors


def test_slivers_are_no_error() -> None:
    shifted = [[x - 0.00001, y] for x, y in ring(1)]
    checked = check(collection(feature(1), feature(2, [shifted])))
    assert codes(checked) == {C.OVERLAP_SLIVER}
    assert codes(check(collection(feature(1), feature(2)))) == set()  # a shared border is none


def test_gaps_between_grids_are_drawn() -> None:
    around = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)]
    rows = [feature(number, [ring(*at)]) for number, at in enumerate(around, start=1)]
    checked = check(collection(*rows))
    assert codes(checked) == {C.GAP}
    assert "1.07 平方公里" in fault(checked, C.GAP).message
    assert fault(checked, C.GAP).geometry is not None


def test_a_grid_far_off_is_said() -> None:
    checked = check(collection(feature(1), feature(2, [ring(9)])))
    assert codes(checked) == {C.FAR_AWAY}
    assert {row.features for row in checked.faults if row.code is C.FAR_AWAY} == {(0,), (1,)}


def test_merging_looks_at_the_grids_that_stay() -> None:
    stays = feature(7, [[[x - 0.002, y] for x, y in ring(1)]])
    data = collection(feature(1), feature(2))
    assert C.OVERLAP in codes(check(data, stays))
    assert C.OVERLAP not in codes(check(data, stays, replace=True))
    # The file's own version of a grid takes the place of the one in use.
    assert C.OVERLAP not in codes(check(data, feature(2, stays["geometry"]["coordinates"])))


def test_a_long_list_is_cut() -> None:
    rows = [feature(1, "x") for _ in range(MOST_LISTED + 5)]
    checked = check(collection(*rows))
    assert len(checked.faults) == MOST_LISTED + 1
    assert checked.faults[-1].code is C.MORE
