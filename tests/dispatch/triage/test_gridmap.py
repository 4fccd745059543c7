from __future__ import annotations

import pytest
import shapely

from dispatch.triage.gridmap import GridMap
from reports.domain.seeding import DATA, read_data
from reports.models import Grid
from tests.dispatch.triage.shipped import reference
from xiangcun.lib.geo import distance_m


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
