"""Coordinates: known shifts, round trips over the mainland, distances, hints."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiangcun.lib import geo
from xiangcun.lib.geo import CoordType, ShiftHint

HERE = (30.31, 120.50)
lats = st.floats(min_value=18.0, max_value=53.5)
lngs = st.floats(min_value=73.6, max_value=134.8)


def test_it_works() -> None:
    gcj02 = geo.from_wgs84(*HERE, CoordType.GCJ02)

    assert geo.distance_m(*HERE, *gcj02) == pytest.approx(497, abs=2)
    assert geo.to_wgs84(*gcj02, "gcj02") == pytest.approx(HERE, abs=1e-9)


def test_it_leaves_wgs84_alone() -> None:
    assert geo.to_wgs84(*HERE, CoordType.WGS84) == HERE
    assert geo.from_wgs84(*HERE, "wgs84") == HERE


def test_it_shifts_to_bd09() -> None:
    gcj02 = geo.from_wgs84(*HERE, CoordType.GCJ02)
    bd09 = geo.from_wgs84(*HERE, CoordType.BD09)

    assert geo.distance_m(*gcj02, *bd09) == pytest.approx(919, abs=30)


@pytest.mark.parametrize("coord_type", [CoordType.GCJ02, CoordType.BD09])
@given(lat=lats, lng=lngs)
def test_it_returns_within_a_millimetre(coord_type: CoordType, lat: float, lng: float) -> None:
    back = geo.to_wgs84(*geo.from_wgs84(lat, lng, coord_type), coord_type)

    assert geo.distance_m(lat, lng, *back) < 0.001


@given(lat=lats, lng=lngs)
def test_it_shifts_by_hundreds_of_metres_at_most(lat: float, lng: float) -> None:
    assert geo.distance_m(lat, lng, *geo.from_wgs84(lat, lng, CoordType.GCJ02)) < 1000


@pytest.mark.parametrize(
    "point", [(48.8566, 2.3522), (-33.87, 151.21), (60.0, 100.0), (0.0, 100.0)]
)
def test_it_does_not_shift_abroad(point: tuple[float, float]) -> None:
    assert geo.out_of_china(*point)
    for kind in CoordType:
        assert geo.to_wgs84(*point, kind) == point
        assert geo.from_wgs84(*point, kind) == point


def test_it_validates_the_coord_type() -> None:
    with pytest.raises(ValueError, match="mercator"):
        geo.to_wgs84(*HERE, "mercator")


def test_distance_of_a_degree() -> None:
    assert geo.distance_m(30.0, 120.0, 31.0, 120.0) == pytest.approx(111_195, abs=5)
    assert geo.distance_m(0.0, 0.0, 0.0, 180.0) == pytest.approx(math.pi * geo.EARTH_RADIUS_M)
    assert geo.distance_m(*HERE, *HERE) == 0


@given(
    lat=st.floats(min_value=-89.0, max_value=89.0),
    lng=st.floats(min_value=-180.0, max_value=180.0),
    radius=st.floats(min_value=1.0, max_value=50_000.0),
    bearing=st.floats(min_value=0.0, max_value=2 * math.pi),
)
def test_the_box_holds_the_circle(lat: float, lng: float, radius: float, bearing: float) -> None:
    box = geo.bounding_box(lat, lng, radius)
    angle, phi = radius * 0.9999 / geo.EARTH_RADIUS_M, math.radians(lat)
    there = math.asin(
        math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    )
    d_lng = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(there),
    )

    assert box.south <= math.degrees(there) <= box.north
    assert box.west <= (lng + math.degrees(d_lng) + 540.0) % 360.0 - 180.0 <= box.east or (
        abs(lng + math.degrees(d_lng)) == 180.0
    )


def test_it_rounds_for_the_public() -> None:
    assert geo.round_public(30.312_345, 120.501_678) == (30.312, 120.502)


def near_here(lat: float, lng: float) -> bool:
    return geo.distance_m(lat, lng, *HERE) < 50


def test_it_hints_at_gcj02_sent_as_wgs84() -> None:
    canonical = geo.to_wgs84(*geo.from_wgs84(*HERE, CoordType.GCJ02), CoordType.WGS84)

    assert geo.double_shift_hint(*canonical, near_here) is ShiftHint.SENT_GCJ02_AS_WGS84


def test_it_hints_at_wgs84_sent_as_gcj02() -> None:
    canonical = geo.to_wgs84(*HERE, CoordType.GCJ02)

    assert geo.double_shift_hint(*canonical, near_here) is ShiftHint.SENT_WGS84_AS_GCJ02


def test_it_gives_no_hint_inside_or_far_away() -> None:
    assert geo.double_shift_hint(*HERE, near_here) is None
    assert geo.double_shift_hint(39.9, 116.4, near_here) is None
