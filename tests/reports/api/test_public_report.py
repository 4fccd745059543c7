import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import Publication, PublicStatus, UpdateKind
from reports.models import PublicNote, Report, Resident
from reports.queries.categories import category_tree
from tests.dispatch.factories import make_grid
from tests.factories import NOW, make_category, make_report, make_update
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db
SECRET = "张三家门口的垃圾"


def _case(zhang: Resident, **extra: Any) -> Report:
    values = {
        "published_at": NOW,
        "category": make_category(),
        "grid": make_grid(),
        "public_status": PublicStatus.CLOSED,
        "text": SECRET,
        "contact_phone": "13800000000",
    }
    return make_report(zhang, **{**values, **extra})


def _tell(report: Report, days: int, status: PublicStatus, **extra: Any) -> None:
    make_update(report, at=NOW + timedelta(days=days), status=status, **{"text": SECRET, **extra})


def test_it_works(nobody: Api, zhang: Resident) -> None:
    report = _case(zhang)
    _tell(report, 0, PublicStatus.RECEIVED, kind=UpdateKind.SUBMITTED)
    _tell(report, 1, PublicStatus.PROCESSING)
    _tell(report, 2, PublicStatus.NEED_INFO)
    _tell(report, 3, PublicStatus.PROCESSING, kind=UpdateKind.SUPPLEMENT)
    _tell(report, 4, PublicStatus.AWAITING_RATING)
    _tell(report, 5, PublicStatus.CLOSED, kind=UpdateKind.RATE)
    answer = nobody.get(f"/public/reports/{report.number}")
    assert answer.status_code == 200
    body = answer.json()
    assert [(step["date"], step["text"]) for step in body["timeline"]] == [
        ("2026-11-24", "收到居民反映"),
        ("2026-11-25", "交给负责的单位办理"),
        ("2026-11-28", "已经办好，等待居民评价"),
        ("2026-11-29", "已办结"),
    ]
    assert (body["village"], body["reply"], body["can_join"]) == ("临江村", None, False)
    words = json.dumps(body, ensure_ascii=False)
    for secret in (SECRET, "13800000000", zhang.nickname):
        assert secret not in words


def test_a_reopened_case_says_so(nobody: Api, zhang: Resident) -> None:
    report = _case(zhang, public_status=PublicStatus.PROCESSING)
    for day, status in enumerate(
        (
            PublicStatus.PROCESSING,
            PublicStatus.AWAITING_RATING,
            PublicStatus.RECEIVED,
            PublicStatus.PROCESSING,
        )
    ):
        _tell(report, day, status)
    body = nobody.get(f"/public/reports/{report.number.lower()}").json()
    assert [step["text"] for step in body["timeline"]][-1] == "重新办理"
    assert body["can_join"]


def test_staff_words_are_shown(nobody: Api, zhang: Resident) -> None:
    report = _case(zhang)
    PublicNote.objects.create(
        report=report, summary="村口垃圾已清", reply="已增加清运", updated_at=NOW
    )
    body = nobody.get(f"/public/reports/{report.number}").json()
    assert (body["summary"], body["reply"]) == ("村口垃圾已清", "已增加清运")


@pytest.mark.parametrize(
    "changes",
    [
        {"published_at": None},
        {"published_at": None, "publication": Publication.WITHHELD},
        {"published_at": None, "publication": Publication.REFUSED},
    ],
)
def test_it_hides_what_is_not_public_without_a_reason(
    nobody: Api, zhang: Resident, changes: dict[str, Any]
) -> None:
    report = _case(zhang, **changes)
    hidden = nobody.get(f"/public/reports/{report.number}")
    unknown = nobody.get("/public/reports/XC000000-000000")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["code"] == unknown.json()["code"] == "public_report_not_found"
    assert hidden.json()["message"] == unknown.json()["message"]


def test_it_costs_few_queries(
    nobody: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report = _case(zhang)
    for day in range(5):
        _tell(report, day, PublicStatus.PROCESSING)
    category_tree()
    with django_assert_num_queries(3):
        nobody.get(f"/public/reports/{report.number}")


def test_figures_count_published_cases_only(nobody: Api, zhang: Resident) -> None:
    _case(zhang, public_status=PublicStatus.PROCESSING)
    make_report(zhang)
    answer = nobody.get("/public/stats").json()
    assert (answer["open"], answer["closed_30_days"]) == (1, 0)
    _case(zhang, public_status=PublicStatus.PROCESSING)
    assert nobody.get("/public/stats").json()["open"] == 1  # kept for a minute
