import pytest
from pytest_django import DjangoAssertNumQueries

from reports.domain.access import record_access
from reports.enums import AccessKind, AccessReason
from reports.models import AccessRecord, Report, Resident
from tests.factories import NOW, make_report
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db


def look(*reports: Report) -> None:
    record_access(
        reports,
        what=AccessKind.UNMASK,
        who="指挥室坐席",
        department="综合信息指挥室",
        reason=AccessReason.CALL_BACK,
        now=NOW,
    )


def test_it_works(api: Api, other: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    look(report)
    [row] = api.get("/me/access-log").json()["items"]
    assert row == {
        "at": "2026-11-24T10:00:00+08:00",
        "what": {"code": "unmask", "label": "查看联系电话"},
        "who": "指挥室坐席",
        "department": "综合信息指挥室",
        "reason": {"code": "call_back", "label": "回访核实"},
        "report": report.number,
    }
    assert other.get("/me/access-log").json()["items"] == []


def test_an_anonymous_report_has_no_line(zhang: Resident) -> None:
    look(make_report(zhang, anonymous=True))
    assert not AccessRecord.objects.exists()


def test_it_forbids_strangers(nobody: Api) -> None:
    assert nobody.get("/me/access-log").status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    look(*(make_report(zhang) for _ in range(rows)))
    with django_assert_num_queries(2):
        assert len(api.get("/me/access-log").json()["items"]) == rows
