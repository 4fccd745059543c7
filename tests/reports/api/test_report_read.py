import pytest
from pytest_django import DjangoAssertNumQueries

from reports.domain.progress import Line, Progress, post_line, project
from reports.enums import PublicStatus, ResidentAction
from reports.models import Rating, Resident
from tests.factories import NOW, make_category, make_photo, make_report, make_update
from tests.reports.conftest import Api
from xiangcun.lib.geo import CoordType, distance_m, to_wgs84

pytestmark = pytest.mark.django_db


def test_it_works(api: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    after = make_photo(status="ready", renditions={"1600": "a", "480": "b", "160": "c"})
    category = make_category()
    progress = Progress(
        status=PublicStatus.PROCESSING,
        allowed_actions=(ResidentAction.URGE,),
        department_name="环卫所",
        promised_at=NOW,
        category_id=category.pk,
        safety_prompt="请先远离",
    )
    project([report.pk], progress, now=NOW)
    line = Line(text="已派单给环卫所", department_name="环卫所", photos=[after.pk])
    post_line([report.pk], line, status=PublicStatus.PROCESSING, now=NOW)
    shown = api.get(f"/reports/{report.number}").json()
    assert shown["status"] == {"code": "processing", "label": "办理中"}
    assert (shown["department"], shown["safety_prompt"]) == ("环卫所", "请先远离")
    assert shown["due_at"] == "2026-11-24T10:00:00+08:00"
    assert shown["allowed_actions"] == ["urge"]
    [entry] = shown["timeline"]
    assert (entry["kind"], entry["text"]) == ("progress", "已派单给环卫所")
    assert entry["photos"][0]["url"].startswith("http://testserver/media/photos/")


def test_it_reads_a_number_as_people_type_it(api: Api, zhang: Resident) -> None:
    report = make_report(zhang, number="XC261124-0A1B2C")
    assert api.get("/reports/xc261124-oaib2c").json()["number"] == report.number


def test_it_shows_a_broken_photo_as_such(api: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    report.photos.add(make_photo(zhang, status="broken", failure="照片已损坏"))
    [photo] = api.get(f"/reports/{report.number}").json()["photos"]
    assert (photo["status"], photo["failure"], photo["url"]) == ("broken", "照片已损坏", None)


def test_it_forbids_anothers_report(api: Api, nobody: Api, li: Resident) -> None:
    report = make_report(li, published_at=NOW)
    answer = api.get(f"/reports/{report.number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "report_not_found")
    assert api.get("/reports/XC000000-000000").json()["code"] == "report_not_found"
    assert nobody.get(f"/reports/{report.number}").status_code == 401


@pytest.mark.parametrize("number", ["%00", "x" * 3000, "%F0%9F%98%A1", "a%0Ab", "%ED%A0%80"])
def test_it_validates_a_number_of_nonsense(api: Api, number: str) -> None:
    assert api.get(f"/reports/{number}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_a_long_story(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report = make_report(zhang)
    for round_number in range(rows):
        report.photos.add(make_photo(zhang))
        make_update(report).photos.add(make_photo())
        Rating.objects.create(report=report, round=round_number, solved=False, score=1, at=NOW)
    with django_assert_num_queries(6):
        shown = api.get(f"/reports/{report.number}").json()
    assert len(shown["timeline"]) == len(shown["photos"]) == len(shown["ratings"]) == rows


def test_it_shows_the_place_in_the_system_that_is_asked_for(api: Api, zhang: Resident) -> None:
    """WeChat's map speaks GCJ-02; a report of the phone page was sent in WGS-84."""
    report = make_report(zhang, raw_lat=30.31, raw_lng=120.5, coord_type="wgs84")
    sent = api.get(f"/reports/{report.number}").json()["location"]
    assert (sent["lat"], sent["lng"], sent["coord_type"]) == (30.31, 120.5, "wgs84")
    shifted = api.get(f"/reports/{report.number}?coord_type=gcj02").json()["location"]
    assert shifted["coord_type"] == "gcj02"
    assert 400 < distance_m(30.31, 120.5, shifted["lat"], shifted["lng"]) < 600
    back = to_wgs84(shifted["lat"], shifted["lng"], CoordType.GCJ02)
    assert distance_m(30.31, 120.5, *back) < 0.2
    same = api.get(f"/reports/{report.number}?coord_type=wgs84").json()["location"]
    assert same == sent


def test_it_validates_the_system(api: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    answer = api.get(f"/reports/{report.number}?coord_type=mars")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "coord_type")
