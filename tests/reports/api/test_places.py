"""``/places``: the grid of a point, outlines that are small, cached and true to the map."""

from typing import Any

import pytest
import shapely
from pytest_django import DjangoAssertNumQueries
from shapely.geometry import Point, box, mapping, shape

from reports.models import Grid
from reports.queries import atlas as atlas_module
from reports.queries.atlas import BORDER_M, OUTLINE_BYTES, atlas, forget_atlas
from tests.reports.conftest import Api
from xiangcun.lib.geo import from_wgs84
from xiangcun.lib.planar import METRES_PER_DEGREE

pytestmark = pytest.mark.django_db
SOUTH, WEST, STEP = 30.30, 120.50, 0.01
VILLAGE = "临江村"


@pytest.fixture(autouse=True)
def _fresh_atlas() -> None:
    forget_atlas()


def make_grid(number: int, area: Any = None, **extra: Any) -> Grid:
    """Lay squares side by side from west to east."""
    west = WEST + number * STEP
    area = area or box(west, SOUTH, west + STEP, SOUTH + STEP)
    fields = {
        "code": f"3301140070010{number:02}",
        "name": f"第{number}网格",
        "village_code": "330114007001",
        "village_name": VILLAGE,
        "polygon": mapping(area),
        **extra,
    }
    return Grid.objects.create(**fields)


def rough(number: int) -> Any:
    """Draw a square whose corners are cut by arcs of many points."""
    west = WEST + number * STEP
    return box(west, SOUTH, west + STEP, SOUTH + STEP).buffer(-0.002).buffer(0.002, 200)


def test_it_works(nobody: Api) -> None:
    make_grid(0)
    make_grid(1)
    answer = nobody.get("/places/at", lat=SOUTH + STEP / 2, lng=WEST + STEP * 1.5)
    assert answer.status_code == 200
    assert answer.json() == {
        "in_area": True,
        "grid": {"code": "330114007001001", "name": "第1网格", "village": VILLAGE},
        "distance_m": 0,
    }


def test_it_understands_the_maps_coordinates(nobody: Api) -> None:
    make_grid(0)
    edge = (SOUTH + 0.001, WEST + 0.0005)
    lat, lng = from_wgs84(*edge, "gcj02")
    asked = nobody.get("/places/at", lat=lat, lng=lng, coord_type="gcj02").json()
    assert (asked["in_area"], asked["distance_m"]) == (True, 0)


@pytest.mark.parametrize(("metres", "inside"), [(BORDER_M - 5, True), (BORDER_M + 5, False)])
def test_a_step_over_the_border_is_no_other_township(
    metres: float, inside: bool, nobody: Api
) -> None:
    make_grid(0)
    south = SOUTH - metres / METRES_PER_DEGREE
    told = nobody.get("/places/at", lat=south, lng=WEST + STEP / 2).json()
    assert told["in_area"] is inside
    assert bool(told["grid"]) is inside
    assert told["distance_m"] == round(metres)


def test_a_shared_border_belongs_to_the_lower_code(nobody: Api) -> None:
    make_grid(1)
    make_grid(0)
    told = nobody.get("/places/at", lat=SOUTH + STEP / 2, lng=WEST + STEP).json()
    assert told["grid"]["code"].endswith("00")


def test_without_grids_nothing_is_inside(nobody: Api) -> None:
    told = nobody.get("/places/at", lat=SOUTH, lng=WEST).json()
    assert told == {"in_area": False, "grid": None, "distance_m": None}
    assert nobody.get("/places/outline").json() == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize(
    "query", [{}, {"lat": 91, "lng": 0}, {"lat": "nan", "lng": 1}, {"lat": 1, "lng": "x"}]
)
def test_it_refuses_what_is_no_point(query: dict[str, Any], nobody: Api) -> None:
    assert nobody.get("/places/at", **query).status_code == 400


def test_an_outline_is_simpler_and_still_the_same_place(nobody: Api) -> None:
    area = rough(0)
    make_grid(0, area)
    body = nobody.get("/places/outline").json()
    [feature] = body["features"]
    drawn = shape(feature["geometry"])
    assert feature["properties"] == {
        "code": "330114007001000", "name": "第0网格", "village": VILLAGE,
    }  # fmt: skip
    assert shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(area) / 4
    assert drawn.symmetric_difference(area).area < area.area / 100
    assert body["bbox"] == pytest.approx(area.bounds, abs=1e-4)
    assert body["centre"] == pytest.approx([WEST + STEP / 2, SOUTH + STEP / 2], abs=1e-4)


def test_neighbours_still_share_their_border(nobody: Api) -> None:
    wave = [(WEST + STEP + 0.0008 * (i % 2), SOUTH + STEP * i / 40) for i in range(41)]
    left = shapely.Polygon([(WEST, SOUTH), *wave, (WEST, SOUTH + STEP)])
    right = shapely.Polygon([(WEST + 2 * STEP, SOUTH), *wave, (WEST + 2 * STEP, SOUTH + STEP)])
    make_grid(0, left)
    make_grid(1, right)
    one, two = (shape(row["geometry"]) for row in nobody.get("/places/outline").json()["features"])
    assert one.intersection(two).area == pytest.approx(0, abs=1e-12)
    middle = Point(WEST + STEP + 0.0004, SOUTH + STEP / 2)
    assert min(one.distance(middle), two.distance(middle)) == 0


def test_many_detailed_grids_are_drawn_coarsely(nobody: Api, monkeypatch: Any) -> None:
    for number in range(4):
        make_grid(number, rough(number))
    fine = len(nobody.get("/places/outline").content)
    monkeypatch.setattr(atlas_module, "OUTLINE_BYTES", fine // 2)
    Grid.objects.first().save()  # type: ignore[union-attr]
    forget_atlas()
    coarse = nobody.get("/places/outline")
    assert len(coarse.content) <= fine // 2 < OUTLINE_BYTES
    assert len(coarse.json()["features"]) == 4


def test_outlines_are_sent_once(nobody: Api) -> None:
    grid = make_grid(0)
    first = nobody.get("/places/outline")
    assert "max-age" in first.headers["Cache-Control"]
    nobody.headers = {"if-none-match": first.headers["ETag"]}
    again = nobody.get("/places/outline")
    assert (again.status_code, again.content) == (304, b"")
    grid.name = "改了名"
    grid.save()
    forget_atlas()
    assert nobody.get("/places/outline").status_code == 200


def test_a_grid_out_of_use_is_nowhere(nobody: Api) -> None:
    make_grid(0)
    make_grid(1, is_active=False)
    assert len(nobody.get("/places/outline").json()["features"]) == 1
    assert not nobody.get("/places/at", lat=SOUTH + 0.005, lng=WEST + STEP * 1.5).json()["in_area"]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_three_queries_then_none_then_two(
    rows: int, nobody: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make_grid(number)
    with django_assert_num_queries(3):
        nobody.get("/places/at", lat=SOUTH, lng=WEST)
    with django_assert_num_queries(0):
        nobody.get("/places/at", lat=SOUTH, lng=WEST)
        nobody.get("/places/outline")
    forget_atlas()
    with django_assert_num_queries(2):
        atlas()
