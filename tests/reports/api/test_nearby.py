import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import PublicStatus
from reports.models import Report, Resident
from reports.queries.categories import category_tree
from reports.queries.public import BLUR_M
from tests.factories import NOW, make_category, make_report
from tests.reports.conftest import Api
from xiangcun.lib.geo import from_wgs84

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.31, "lng": 120.5}
METRE = 1 / 111_195


def test_it_works(nobody: Api, zhang: Resident) -> None:
    near = make_report(zhang, published_at=NOW, category=make_category())
    answer = nobody.get("/reports/nearby", **HERE)
    assert answer.status_code == 200
    [item] = answer.json()["items"]
    assert (item["number"], item["distance_m"]) == (near.number, 0)
    assert "text" not in item


def test_it_understands_the_maps_coordinates(nobody: Api, zhang: Resident) -> None:
    make_report(zhang, published_at=NOW)
    lat, lng = from_wgs84(30.31, 120.5, "gcj02")
    assert nobody.get("/reports/nearby", lat=lat, lng=lng).json()["items"] == []
    answer = nobody.get("/reports/nearby", lat=lat, lng=lng, coord_type="gcj02")
    assert answer.json()["items"][0]["place"]["coord_type"] == "gcj02"


def test_it_shows_open_published_cases_only(nobody: Api, zhang: Resident) -> None:
    make_report(zhang)
    make_report(zhang, published_at=NOW, public_status=PublicStatus.CLOSED)
    make_report(zhang, published_at=NOW, public_status=PublicStatus.WITHDRAWN)
    assert nobody.get("/reports/nearby", **HERE).json()["items"] == []


def test_it_uses_the_radius_of_the_category(nobody: Api, zhang: Resident) -> None:
    wide = make_category("0801", duplicate_radius_m=500)
    narrow = make_category("0401", duplicate_radius_m=50)
    lat = 30.31 + 300 * METRE
    for category in (wide, narrow):
        make_report(zhang, published_at=NOW, category=category, lat=lat)

    def count(**query: str) -> int:
        return len(nobody.get("/reports/nearby", **HERE, **query).json()["items"])

    assert count() == 0
    assert count(category="0801") == 1
    assert count(category="0401") == 0


def test_it_misses_nothing_that_rounding_moved(nobody: Api, zhang: Resident) -> None:
    make_report(zhang, published_at=NOW, lat=30.31 + 99 * METRE, lng=120.50049)
    [item] = nobody.get("/reports/nearby", lat=30.31, lng=120.50049).json()["items"]
    assert item["distance_m"] <= 100 + BLUR_M


def test_it_returns_the_five_nearest_first(nobody: Api, zhang: Resident) -> None:
    for step in range(7):
        make_report(zhang, published_at=NOW, lat=30.31 + step * 0.0002)
    items = nobody.get("/reports/nearby", **HERE).json()["items"]
    distances = [item["distance_m"] for item in items]
    assert len(distances) == 5
    assert distances == sorted(distances)


@pytest.mark.parametrize(
    "query",
    [
        {"lng": "120.5"},
        {"lat": "nan", "lng": "120.5"},
        {"lat": "inf", "lng": "120.5"},
        {"lat": "91", "lng": "120.5"},
        {"lat": "30.31", "lng": "x"},
        {**{name: str(value) for name, value in HERE.items()}, "coord_type": "utm"},
    ],
)
def test_it_validates_the_query(nobody: Api, query: dict[str, str]) -> None:
    assert nobody.get("/reports/nearby", **query).status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_rows(
    rows: int, nobody: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_report(zhang, published_at=NOW, category=make_category())
    category_tree()
    with django_assert_num_queries(2):  # the released photos of those shown
        assert len(nobody.get("/reports/nearby", **HERE).json()["items"]) == rows


def test_it_names_first_what_is_told_in_like_words(nobody: Api, zhang: Resident) -> None:
    near = make_report(zhang, published_at=NOW, text="垃圾桶满了没人清运")
    alike = make_report(
        zhang, published_at=NOW, text="村口路灯坏了，晚上一片漆黑。", lat=30.31 + 60 * METRE
    )

    def numbers(**query: str) -> list[str]:
        items = nobody.get("/reports/nearby", **HERE, **query).json()["items"]
        assert all("text" not in item for item in items)
        return [item["number"] for item in items]

    assert numbers() == [near.number, alike.number]
    assert numbers(text="村口的路灯坏了") == [alike.number, near.number]
    assert numbers(text="没有一个字相同") == [near.number, alike.number]
    assert numbers(text="   ") == [near.number, alike.number]


@pytest.mark.parametrize(
    "probe",
    [
        "王建国",
        "王建",
        "邻居王建国",
        "王建国天天偷倒",
        "3幢王建国",
        "王建国王建国王建国",
        "偷倒建筑垃圾",
    ],
)
def test_a_curious_neighbour_cannot_ask_for_a_name(
    nobody: Api, zhang: Resident, probe: str
) -> None:
    """What a case's words hold must not show in the order, whatever part of it is guessed."""
    near = make_report(zhang, published_at=NOW, text="垃圾桶满了没人清运")
    words = "邻居王建国天天偷倒建筑垃圾，就堆在我家后门口，晚上十点以后开三轮车来倒的。"
    hidden = make_report(zhang, published_at=NOW, text=words, lat=30.31 + 60 * METRE)
    items = nobody.get("/reports/nearby", **HERE, text=probe).json()["items"]
    assert [item["number"] for item in items] == [near.number, hidden.number]


def test_another_building_is_not_alike(nobody: Api, zhang: Resident) -> None:
    near = make_report(zhang, published_at=NOW, text="垃圾桶满了没人清运")
    make_report(zhang, published_at=NOW, text="5幢楼道灯坏了", lat=30.31 + 60 * METRE)
    items = nobody.get("/reports/nearby", **HERE, text="3幢楼道灯坏了").json()["items"]
    assert items[0]["number"] == near.number


@pytest.mark.parametrize("text", ["字" * 201, "字" * 5000])
def test_it_validates_the_text(nobody: Api, text: str) -> None:
    answer = nobody.get("/reports/nearby", **HERE, text=text)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "text"


def test_text_costs_no_more_queries(
    nobody: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    category_tree()
    for count in (1, 3):
        while len(Report.objects.all()) < count:
            make_report(zhang, published_at=NOW)
        with django_assert_num_queries(2):  # the released photos of those shown
            nobody.get("/reports/nearby", **HERE, text="垃圾没人清运")
