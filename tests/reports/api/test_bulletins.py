"""``GET /bulletins`` and ``/bulletins/{id}``: of their time, urgent ones first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.domain.bulletins import withdraw_bulletin
from reports.models import Bulletin
from tests.factories import NOW
from tests.reports.conftest import Api
from tests.reports.guides import make_bulletin
from xiangcun.lib.drf.cursors import encode_cursor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.api.bulletins.timezone.now", lambda: NOW)


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]


def test_it_works(nobody: Api) -> None:
    row = make_bulletin(urgent=True, expire_at=NOW + DAY)
    assert nobody.get("/bulletins").json() == {
        "items": [
            {
                "id": str(row.pk),
                "title": "示例停水通知",
                "opening": "明天 8:00 至 17:00 检修管道，请提前储水。 抢修电话 0571-0000 0003。",
                "source": "水务站",
                "urgent": True,
                "pinned": False,
                "publish_at": "2026-11-24T09:00:00+08:00",
                "expire_at": "2026-11-25T10:00:00+08:00",
                "areas": [],
                "dimension": None,
                "is_example": False,
            }
        ],
        "next_cursor": None,
    }
    body = nobody.get(f"/bulletins/{row.pk}").json()["body"]
    assert body.split("\n\n")[1] == "抢修电话 0571-0000 0003。"


def test_time_shows_and_hides_without_any_job(nobody: Api) -> None:
    make_bulletin(title="还没到", publish_at=NOW + timedelta(seconds=1))
    make_bulletin(title="正好", publish_at=NOW)
    late = make_bulletin(title="过期", expire_at=NOW + timedelta(seconds=1))
    Bulletin.objects.filter(pk=late.pk).update(expire_at=NOW)
    make_bulletin(title="草稿", shown=False)
    gone = make_bulletin(title="撤下")
    withdraw_bulletin(gone.pk, now=NOW)
    assert titles(nobody.get("/bulletins")) == ["正好"]
    for row in Bulletin.objects.exclude(title="正好"):
        assert nobody.get(f"/bulletins/{row.pk}").status_code == 404


def test_pages_in_the_order_of_weight(nobody: Api) -> None:
    for number in range(3):
        make_bulletin(title=f"平{number}", publish_at=NOW - number * DAY)
    make_bulletin(title="置顶", pinned=True, publish_at=NOW - 9 * DAY)
    make_bulletin(title="紧急", urgent=True, expire_at=NOW + DAY)
    make_bulletin(title="紧急置顶", urgent=True, pinned=True, expire_at=NOW + DAY, publish_at=NOW - DAY)  # fmt: skip
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = nobody.get("/bulletins", limit=1, cursor=cursor)
        found += titles(answer)
        cursor = answer.json()["next_cursor"]
    assert found == ["紧急置顶", "紧急", "置顶", "平0", "平1", "平2"]


@pytest.mark.parametrize(
    "cursor",
    ["x", encode_cursor([0, 0, "x", 1]), encode_cursor([0, 0, "2026-11-24", 1]), encode_cursor([0, 0, NOW.isoformat(), 2**70])],
)  # fmt: skip
def test_a_broken_cursor_is_400(nobody: Api, cursor: str) -> None:
    answer = nobody.get("/bulletins", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, nobody: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_bulletin()
    with django_assert_num_queries(2):
        assert len(titles(nobody.get("/bulletins"))) == rows


def test_it_spares_a_client_that_has_it(nobody: Api) -> None:
    make_bulletin()
    nobody.headers = {"if-none-match": nobody.get("/bulletins").headers["ETag"]}
    assert nobody.get("/bulletins").status_code == 304
