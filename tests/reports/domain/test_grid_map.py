from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reports.domain.grid_map import MapPlan, apply_map, known_grids, plan_map
from reports.domain.gridfiles.checking import ReadOptions, check_file
from reports.domain.seeding import seed_demo_population
from reports.models import Grid, Landmark
from reports.queries.places import map_version
from tests.factories import NOW
from tests.reports.domain.gridfiles.maps import collection, feature, landmark, ring
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db


def bring(*rows: Any, replace: bool = False) -> MapPlan:
    options = ReadOptions(coord_type="wgs84", replace=replace)
    checked = check_file(collection(*rows), options, known_grids())
    with transaction.atomic():
        return apply_map(checked, replace=replace, now=NOW)


def kinds(plan: MapPlan) -> dict[str, str]:
    return {change.code[-3:]: change.kind for change in plan.changes}


def active() -> list[str]:
    return [
        code[-3:] for code in Grid.objects.filter(is_active=True).values_list("code", flat=True)
    ]


def test_it_works() -> None:
    plan = bring(feature(1, households=30), feature(2), landmark(aliases="菜场", radius_m=60))
    assert kinds(plan) == {"001": "new", "002": "new"}
    row = Grid.objects.get(code__endswith="001")
    assert (row.name, row.village_code, row.village_name, row.households) == (
        "网格1",
        "330114007200",
        "临江村",
        30,
    )
    assert row.polygon == {"type": "Polygon", "coordinates": [ring()]}
    mark = Landmark.objects.get()
    assert (mark.name, mark.aliases, mark.radius_m) == ("示例市场", ["菜场"], 60)
    assert plan.counts()["landmarks_new"] == 1


def test_the_same_file_again_changes_nothing() -> None:
    bring(feature(1, households=30), feature(2))
    version = map_version()
    plan = bring(feature(1), feature(2), replace=True)
    assert kinds(plan) == {"001": "same", "002": "same"}
    assert map_version() == version
    assert Grid.objects.get(code__endswith="001").households == 30


def test_inhabitants_are_kept_and_changed_by_the_map_alone() -> None:
    bring(feature(1, population=812), feature(2))
    assert kinds(bring(feature(1), feature(2))) == {"001": "same", "002": "same"}
    assert kinds(bring(feature(1, 常住人口=900))) == {"001": "changed"}
    rows = Grid.objects.order_by("code").values_list("population", flat=True)
    assert list(rows) == [900, None]
    assert seed_demo_population() == 1
    assert seed_demo_population() == 0
    assert Grid.objects.get(code__endswith="001").population == 900


def test_merging_leaves_the_others_alone() -> None:
    bring(feature(1), feature(2))
    plan = bring(feature(2, name="新名"), feature(3))
    assert kinds(plan) == {"002": "changed", "003": "new"}
    assert active() == ["001", "002", "003"]
    assert Grid.objects.get(code__endswith="002").name == "新名"


def test_replacing_switches_off_and_never_deletes() -> None:
    bring(feature(1), feature(2))
    plan = bring(feature(2), replace=True)
    assert kinds(plan) == {"002": "same", "001": "gone"}
    assert active() == ["002"]
    assert Grid.objects.count() == 2
    assert kinds(bring(feature(1))) == {"001": "back"}
    assert active() == ["001", "002"]


def test_a_file_of_landmarks_switches_no_grid_off() -> None:
    bring(feature(1))
    plan = bring(landmark(), replace=True)
    assert plan.changes == ()
    assert active() == ["001"]
    again = bring(landmark(radius_m=250), landmark("另一个"))
    assert (again.landmarks_new, again.landmarks_changed) == (1, 1)
    assert Landmark.objects.get(name="示例市场").radius_m == 250


def test_a_file_with_errors_is_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        bring(feature(1), feature(2, code="1"))
    assert caught.value.code == "map_has_errors"
    assert not Grid.objects.exists()


def test_an_unreadable_border_in_use_is_replaced() -> None:
    bring(feature(1), feature(2))
    Grid.objects.filter(code__endswith="001").update(polygon="x")
    assert [row.code[-3:] for row in known_grids()] == ["002"]
    assert kinds(bring(feature(1))) == {"001": "changed"}


def test_the_number_of_queries_does_not_grow() -> None:
    def cost(*rows: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            bring(*rows, replace=True)
        return len(queries)

    one = cost(feature(1))
    Grid.objects.all().delete()
    assert cost(*(feature(number) for number in range(1, 8))) == one


def test_the_version_tells_every_change() -> None:
    seen = {map_version()}
    bring(feature(1))
    seen.add(map_version())
    row = Grid.objects.get()
    row.save()
    seen.add(map_version())
    bring(landmark())
    seen.add(map_version())
    Landmark.objects.all().delete()
    seen.add(map_version())
    assert len(seen) == 4  # without the landmark it is what it was before it
    assert plan_map(check_file(b"", ReadOptions(), []), replace=True).changes == ()
