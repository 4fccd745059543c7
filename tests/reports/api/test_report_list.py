from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import PublicStatus
from reports.models import Resident
from tests.factories import NOW, make_category, make_photo, make_report
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db


def test_it_works(api: Api, zhang: Resident) -> None:
    first, second = make_report(zhang), make_report(zhang, promised_at=NOW + timedelta(days=1))
    answer = api.get("/reports")
    assert answer.status_code == 200
    assert [item["number"] for item in answer.json()["items"]] == [second.number, first.number]
    assert answer.json()["items"][0]["due_at"] == "2026-11-25T10:00:00+08:00"
    assert answer.json()["next_cursor"] is None


def test_it_forbids_to_see_anothers(api: Api, li: Resident) -> None:
    make_report(li)
    assert api.get("/reports").json()["items"] == []


def test_it_forbids_strangers(nobody: Api) -> None:
    assert nobody.get("/reports").status_code == 401


def test_it_filters_by_status(api: Api, zhang: Resident) -> None:
    for status in (PublicStatus.RECEIVED, PublicStatus.CLOSED, PublicStatus.REJECTED):
        make_report(zhang, public_status=status)

    def codes(status: str) -> list[str]:
        items = api.get("/reports", status=status).json()["items"]
        return [item["status"]["code"] for item in items]

    assert codes("closed") == ["closed"]
    assert codes("closed,received") == ["closed", "received"]
    assert len(codes("")) == 3


def test_it_turns_pages_without_gap_or_double(api: Api, zhang: Resident) -> None:
    made = [make_report(zhang).number for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.get("/reports", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
        made.append(make_report(zhang).number)
    assert seen == made[:5][::-1]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"status": "open"}, "status", "unknown_choice"),
        ({"status": "closed\0"}, "status", None),
        ({"cursor": "a"}, "cursor", "invalid_cursor"),
    ],
)
def test_it_validates_the_query(
    api: Api, query: dict[str, str], field: str, code: str | None
) -> None:
    answer = api.get("/reports", **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert code in {None, answer.json()["errors"][0]["code"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_rows(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        report = make_report(zhang, category=make_category())
        report.photos.add(make_photo(zhang), make_photo(zhang))
    with django_assert_num_queries(3):
        assert len(api.get("/reports").json()["items"]) == rows
