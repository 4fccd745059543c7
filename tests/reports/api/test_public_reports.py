import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import PublicStatus
from reports.models import Report, Resident
from reports.queries.categories import category_tree
from tests.dispatch.factories import make_grid
from tests.factories import NOW, make_category, make_photo, make_public_photo, make_report
from tests.reports.conftest import Api
from xiangcun.lib.geo import from_wgs84

pytestmark = pytest.mark.django_db

SECRETS = {"text": "张三家门口的垃圾", "contact_phone": "13800000000", "address": "三丰村 8 号"}


def test_it_works(nobody: Api, zhang: Resident) -> None:
    category = make_category()
    report = make_report(
        zhang,
        published_at=NOW,
        category=category,
        grid=make_grid(),
        lat=30.312345,
        lng=120.506789,
        department_name="环卫所",
        public_status=PublicStatus.CLOSED,
        closed_at=NOW + timedelta(hours=4),
        **SECRETS,
    )
    report.photos.add(make_photo(zhang))
    answer = nobody.get("/public/reports")
    assert answer.status_code == 200
    assert answer.json()["items"] == [
        {
            "number": report.number,
            "status": {"code": "closed", "label": "已办结"},
            "category": {"code": "0401", "name": "暴露/积存垃圾"},
            "village": "临江村",
            "summary": "临江村 · 暴露/积存垃圾，已办结",
            "place": {"lat": 30.312, "lng": 120.507, "coord_type": "wgs84"},
            "department": "环卫所",
            "submitted_at": "2026-11-24T00:00:00+08:00",
            "closed_at": "2026-11-24T00:00:00+08:00",
            "photos": [],
        }
    ]


def test_the_hour_of_a_report_is_nobodys_business(nobody: Api, zhang: Resident) -> None:
    """Who was seen with a telephone at a quarter to eight sent what came in at a quarter to eight."""
    at = NOW.replace(hour=23, minute=45, second=59)  # the next morning here
    report = make_report(zhang, published_at=NOW, submitted_at=at, closed_at=at)
    lists = (
        "/public/reports",
        "/reports/nearby?lat=30.31&lng=120.5",
        f"/public/reports/{report.number}",
    )
    for path in lists:
        answer = nobody.get(path).json()
        for item in answer.get("items", [answer]):
            assert item["submitted_at"] == "2026-11-25T00:00:00+08:00"
            assert item["closed_at"] == "2026-11-25T00:00:00+08:00"


def test_it_forbids_everything_personal_and_unpublished(nobody: Api, zhang: Resident) -> None:
    make_report(zhang, published_at=NOW, **SECRETS)
    hidden = make_report(zhang)
    words = json.dumps(nobody.get("/public/reports").json(), ensure_ascii=False)
    for secret in (*SECRETS.values(), zhang.nickname, hidden.number, "media/"):
        assert secret not in words


def test_it_filters_by_box_status_and_category(nobody: Api, zhang: Resident) -> None:
    garbage, toilet, lamp = make_category("0401"), make_category("0403"), make_category("0303")
    here = make_report(zhang, published_at=NOW, category=garbage)
    there = make_report(zhang, published_at=NOW, category=toilet, lat=30.4)
    done = make_report(zhang, published_at=NOW, category=lamp, public_status=PublicStatus.CLOSED)

    def numbers(**query: str) -> set[str]:
        items = nobody.get("/public/reports", **query).json()["items"]
        return {item["number"] for item in items}

    assert numbers(bbox="120.4,30.3,120.6,30.35") == {here.number, done.number}
    assert numbers(status="closed") == {done.number}
    assert numbers(category="04") == {here.number, there.number}
    assert numbers(category="0403") == {there.number}
    assert numbers(category="9999") == set()


def test_it_gives_the_same_answer_for_every_box_of_a_cell(nobody: Api, zhang: Resident) -> None:
    """Moving an edge by metres must not tell on which side of it the true place is."""
    make_report(zhang, published_at=NOW, lat=30.31231, lng=120.50012)
    edges = (30.3116, 30.3119, 30.3120, 30.3123, 30.31235, 30.3124)
    found = {
        len(nobody.get("/public/reports", bbox=f"120.4,{south},120.6,30.4").json()["items"])
        for south in edges
    }
    assert found == {1}


def test_it_speaks_the_maps_coordinates(nobody: Api, zhang: Resident) -> None:
    make_report(zhang, published_at=NOW)
    [item] = nobody.get("/public/reports", coord_type="gcj02").json()["items"]
    lat, lng = from_wgs84(30.31, 120.5, "gcj02")
    assert item["place"]["lat"] == pytest.approx(lat, abs=1e-5)
    assert item["place"]["lng"] == pytest.approx(lng, abs=1e-5)


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "1,2,3"},
        {"bbox": "a,b,c,d"},
        {"bbox": "nan,30,121,31"},
        {"bbox": "121,30,120,31"},
        {"bbox": "0,0,inf,1"},
        {"bbox": "-181,0,0,0"},
        {"status": "open"},
        {"category": "04010"},
        {"coord_type": "utm"},
        {"cursor": "x\0"},
    ],
)
def test_it_validates_the_query(nobody: Api, query: dict[str, str]) -> None:
    answer = nobody.get("/public/reports", **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == next(iter(query))


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_rows(
    rows: int, nobody: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        report = make_report(zhang, published_at=NOW, category=make_category(), grid=make_grid())
        make_public_photo(report, make_photo(zhang))
    category_tree()
    with django_assert_num_queries(2):
        assert len(nobody.get("/public/reports").json()["items"]) == rows


def test_a_place_in_words_is_no_pin(nobody: Api, zhang: Resident) -> None:
    """Its point is the middle of the township: it stands in the list and on no map."""
    words = {"location_source": "text", "published_at": NOW}
    vague = make_report(zhang, accuracy_m=1000.0, **words)
    rough = make_report(zhang, accuracy_m=100.0, **words)
    places = {
        item["number"]: item["place"] for item in nobody.get("/public/reports").json()["items"]
    }
    assert places[vague.number] is None
    assert places[rough.number]["lat"] == 30.31
    boxed = nobody.get("/public/reports", bbox="120.4,30.3,120.6,30.35").json()["items"]
    near = nobody.get("/reports/nearby", lat=30.31, lng=120.5).json()["items"]
    assert [item["number"] for item in boxed] == [rough.number]
    assert [item["number"] for item in near] == [rough.number]
    assert nobody.get(f"/public/reports/{vague.number}").json()["place"] is None


def test_who_also_met_it_is_no_second_case(nobody: Api, zhang: Resident, li: Resident) -> None:
    first = make_report(zhang, published_at=NOW)
    also = make_report(li, published_at=NOW, join_number=first.number)
    alone = make_report(li, published_at=NOW, join_number="XC260101-000000")

    def shown(path: str, **query: Any) -> set[str]:
        return {item["number"] for item in nobody.get(path, **query).json()["items"]}

    here = {"lat": 30.31, "lng": 120.5}
    for path, query in (("/public/reports", {}), ("/reports/nearby", here)):
        assert shown(path, **query) == {first.number, alone.number}
    assert nobody.get(f"/public/reports/{also.number}").status_code == 200
    assert nobody.get("/public/stats").json()["open"] == 2
    Report.objects.filter(pk=first.pk).update(published_at=None)
    assert shown("/public/reports") == {also.number, alone.number}
