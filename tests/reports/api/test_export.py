import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import PublicStatus
from reports.models import Rating, Resident
from tests.factories import NOW, make_photo, make_report, make_update
from tests.reports.conftest import Api


def write_history(person: Resident) -> None:
    report = make_report(person, public_status=PublicStatus.CLOSED)
    report.photos.add(make_photo(person))
    make_update(report).photos.add(make_photo())
    Rating.objects.create(report=report, solved=True, score=5, comment="很快", at=NOW)


@pytest.mark.django_db
def test_it_works(api: Api, zhang: Resident, li: Resident) -> None:
    write_history(zhang)
    make_report(li)
    answer = api.get("/me/export", format="json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["resident"]["nickname"] == "张三"
    [report] = body["reports"]
    assert report["timeline"][0]["text"] == "已派单"
    assert report["ratings"][0]["score"] == 5
    assert len(body["photos"]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_reports(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        write_history(zhang)
    with django_assert_num_queries(13):
        assert len(api.get("/me/export", format="json").json()["reports"]) == rows
