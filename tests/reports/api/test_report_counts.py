import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import PublicStatus
from reports.models import Resident
from tests.factories import make_report
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db


def counts_of(api: Api) -> dict[str, int]:
    return {row["code"]: row["count"] for row in api.get("/reports/counts").json()["statuses"]}


def test_it_works(api: Api, zhang: Resident, li: Resident) -> None:
    for status in (PublicStatus.CLOSED, PublicStatus.CLOSED, PublicStatus.NEED_INFO):
        make_report(zhang, public_status=status)
    make_report(li, public_status=PublicStatus.REJECTED)
    answer = api.get("/reports/counts")
    assert answer.status_code == 200
    assert answer.json()["total"] == 3
    assert counts_of(api) == {
        "received": 0, "processing": 0, "need_info": 1, "awaiting_rating": 0, "closed": 2,
        "rejected": 0, "withdrawn": 0,
    }  # fmt: skip


def test_it_names_every_status_for_somebody_without_reports(api: Api) -> None:
    assert api.get("/reports/counts").json()["total"] == 0
    assert set(counts_of(api).values()) == {0}
    assert list(counts_of(api)) == list(PublicStatus.values)


def test_it_forbids_strangers(nobody: Api) -> None:
    assert nobody.get("/reports/counts").status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_it_counts_in_one_query(
    api: Api, zhang: Resident, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_report(zhang)
    api.get("/reports/counts")
    with django_assert_num_queries(2):
        api.get("/reports/counts")
