from __future__ import annotations

from functools import lru_cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from dispatch.triage.gridmap import GridMap
from reports.domain.seeding import DATA, read_data
from reports.models import Grid
from tests.dispatch.triage.shipped import reference
from xiangcun.lib.geo import distance_m
from xiangcun.lib.planar import Plane


def test_it_works() -> None:
    place = reference().grids.locate(30.31, 120.5)
    assert place is not None
    assert place.distance_m == 0.0
    assert place.grid.village_code.startswith("330114007")


def test_every_grid_is_found_at_its_middle() -> None:
    for feature in read_data("grids.geojson", shipped=DATA, folder=None)["features"]:
        middle = shapely.geometry.shape(feature["geometry"]).representative_point()
        place = reference().grids.locate(middle.y, middle.x)
        assert place is not None
        assert place.grid.code == feature["properties"]["code"]


@pytest.mark.parametrize(("lat", "lng"), [(30.34, 120.5), (30.31, 120.54), (30.335, 120.53)])
def test_distances_outside_are_metres(lat: float, lng: float) -> None:
    place = reference().grids.locate(lat, lng)
    assert place is not None
    ring = shapely.boundary(shapely.geometry.shape(place.grid.polygon))
    near = min(
        distance_m(lat, lng, point.y, point.x)
        for point in (ring.interpolate(step / 2000, normalized=True) for step in range(2000))
    )
    assert place.distance_m == pytest.approx(near, rel=0.01)
    assert not reference().grids.contains(lat, lng)


def test_a_border_belongs_to_the_lower_code() -> None:
    def square(code: str, west: float) -> Grid:
        ring = [[west, 30], [west + 1, 30], [west + 1, 31], [west, 31], [west, 30]]
        return Grid(code=code, polygon={"type": "Polygon", "coordinates": [ring]})

    grids = GridMap([square("1", 120.0), square("2", 121.0)])
    place = grids.locate(30.5, 121.0)
    assert place is not None
    assert place.grid.code == "1"


@pytest.mark.parametrize("polygon", [{}, {"type": "Polygon", "coordinates": []}, "x", None])
def test_an_unreadable_polygon_harms_no_other(polygon: object) -> None:
    grids = GridMap([Grid(code="1", polygon=polygon)])
    assert not grids
    assert grids.locate(30.31, 120.5) is None
    assert not grids.contains(30.31, 120.5)


@lru_cache(maxsize=1)
def shipped_shapes() -> list[tuple[str, BaseGeometry]]:
    features = read_data("grids.geojson", shipped=DATA, folder=None)["features"]
    return [
        (row["properties"]["code"], shapely.geometry.shape(row["geometry"])) for row in features
    ]


@settings(deadline=None, max_examples=300)
@given(lat=st.floats(30.27, 30.35), lng=st.floats(120.45, 120.55))
def test_it_agrees_with_looking_at_every_grid(lat: float, lng: float) -> None:
    grids = reference().grids
    place = grids.locate(lat, lng)
    assert place is not None
    point = shapely.Point(lng, lat)
    inside = [code for code, shape in shipped_shapes() if shape.intersects(point)]
    metres = grids.plane.to_metres
    distances = {code: metres(shape).distance(metres(point)) for code, shape in shipped_shapes()}
    assert place.distance_m == pytest.approx(min(distances.values()), abs=1e-6)
    assert distances[place.grid.code] == pytest.approx(place.distance_m, abs=1e-6)
    # Within a nanometre of a border the two sums may disagree about the side; never about more.
    if inside and place.distance_m == 0.0:
        assert distances[inside[0]] <= 1e-6
        assert place.grid.code in inside or distances[place.grid.code] <= 1e-6


@given(
    x=st.floats(-3000, 3000),
    y=st.floats(-3000, 3000),
    lat=st.floats(18, 53),
    lng=st.floats(74, 135),
)
def test_the_plane_goes_back_and_forth(x: float, y: float, lat: float, lng: float) -> None:
    plane = Plane(lng, lat)
    there = plane.to_degrees(shapely.Point(x, y))
    back = plane.to_metres(there)
    assert back.x == pytest.approx(x, abs=1e-4)
    assert back.y == pytest.approx(y, abs=1e-4)
    assert distance_m(lat, lng, there.y, there.x) == pytest.approx(
        (x * x + y * y) ** 0.5, rel=0.001, abs=0.5
    )
