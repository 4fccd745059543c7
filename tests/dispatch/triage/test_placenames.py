from __future__ import annotations

import pytest

from dispatch.triage.gridmap import GridMap
from dispatch.triage.placenames import PlaceNames, Sense
from reports.models import Grid, Landmark
from tests.dispatch.triage.shipped import reference


def square(code: str, village: str, west: float) -> Grid:
    ring = [[west, 30.0], [west + 0.01, 30.0], [west + 0.01, 30.01], [west, 30.01], [west, 30.0]]
    return Grid(
        pk=int(code[-6:]),
        code=code,
        village_code=code[:12],
        village_name=village,
        polygon={"type": "Polygon", "coordinates": [ring]},
    )


def township(*villages: str) -> GridMap:
    return GridMap(
        [
            square(f"330114007{200 + number}001", name, 120.0 + number * 0.01)
            for number, name in enumerate(villages)
        ]
    )


def names_in(text: str, names: PlaceNames) -> list[str]:
    return [mention.places[0].name for mention in names.find(text)]


def test_it_works() -> None:
    found = reference().places.find("三丰村3组，靠近示例菜市场")
    assert [row.places[0].name for row in found] == ["三丰村", "示例农贸市场"]
    assert [row.sense for row in found] == [Sense.AT, Sense.NEAR]
    assert (found[0].start, found[0].end) == (0, 3)
    assert found[0].places[0].village_code == "330114007202"


def test_the_longest_name_wins() -> None:
    names = PlaceNames(township("丰收村", "大丰收村"))
    assert names_in("大丰收村停水", names) == ["大丰收村"]
    assert names_in("丰收村停水", names) == ["丰收村"]


def test_two_villages_of_one_short_form_have_none() -> None:
    names = PlaceNames(township("前进村", "前进社区", "红旗村"))
    assert names_in("前进村停水，前进社区也停水", names) == ["前进村", "前进社区"]
    assert names_in("我们红旗那边停水", names) == []  # an ordinary word


def test_a_landmark_of_several_places_means_each_of_them() -> None:
    marks = [
        Landmark(name="东门市场", aliases=["菜市场"], lat=30.005, lng=120.005),
        Landmark(name="西门市场", aliases=["菜市场", 7], lat=30.005, lng=120.015),
    ]
    names = PlaceNames(township("红旗村", "丰收村"), marks)
    assert len(names.find("菜市场太脏")[0].places) == 2


@pytest.mark.parametrize("text", ["", "三", "。。。", "abc" * 700, "三丰" * 1000])
def test_it_handles_any_text(text: str) -> None:
    assert isinstance(reference().places.find(text), tuple)


def test_it_handles_a_township_without_names() -> None:
    assert PlaceNames(GridMap([])).find("三丰村停水") == ()
    assert names_in("村停水", PlaceNames(township("村", ""))) == []
