"""``GET /guides``, ``/guides/{id}``, ``/dimensions``, ``POST /guides/{id}/faults``."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from reports.domain.guides import withdraw_guide
from reports.models import Guide, GuideFault
from tests.reports.conftest import Api
from tests.reports.guides import make_guide
from xiangcun.lib.drf.cursors import encode_cursor

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.3245, "lng": 120.4865}


@pytest.fixture(autouse=True)
def _tuesday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is of Tuesday, 24 November 2026, 10:00."""
    from tests.factories import NOW

    monkeypatch.setattr("reports.api.guides.timezone.now", lambda: NOW)


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]


def test_it_works(nobody: Api) -> None:
    guide = make_guide()
    answer = nobody.get("/guides", **HERE)
    body = answer.json()
    assert body["next_cursor"] is None
    [item] = body["items"]
    assert item == {
        "id": str(guide.pk),
        "title": "社保卡补办",
        "summary": "卡丢了、坏了都可以补办",
        "dimensions": [{"code": "convenience", "name": "便", "title": "便民"}],
        "address": "示例路 1 号便民中心 3 号窗口",
        "place": {"lat": 30.3245, "lng": 120.4865, "coord_type": "wgs84"},
        "distance_m": 0,
        "phones": [
            {"name": "窗口", "number": "0571-0000 0001", "dial": "057100000001"},
            {"name": "咨询", "number": "0571-0000 0002", "dial": "057100000002"},
        ],
        "open_state": {
            "code": "open",
            "text": "营业中 · 12:00 休息",
            "until": "2026-11-24T12:00:00+08:00",
            "opens_at": None,
        },
        "department": "公共服务办公室",
        "is_example": False,
        "updated_at": "2026-11-24T10:00:00+08:00",
    }


def test_one_guide_tells_everything(nobody: Api) -> None:
    guide = make_guide(exceptions="2026-12-01 休息 盘点", valid_to="2027-01-31")
    body = nobody.get(f"/guides/{guide.pk}").json()
    assert body["hours"] == "周一至周五 8:30-12:00，13:30-17:30"
    assert body["holidays"] == {"code": "closed", "label": "法定节假日休息"}
    assert body["exceptions"] == ["2026-12-01 休息 盘点"]
    assert body["documents"] == ["本人身份证", "一寸照片"]
    assert (body["fee"], body["time_limit"], body["valid_to"]) == ("免费", "当场办结", "2027-01-31")
    assert body["distance_m"] is None


@pytest.mark.parametrize("hidden", ["draft", "withdrawn", "not yet", "no more"])
def test_what_is_not_shown_is_not_there(nobody: Api, hidden: str) -> None:
    today = date(2026, 11, 24)
    typed: dict[str, Any] = {
        "not yet": {"valid_from": str(today + timedelta(days=1))},
        "no more": {"valid_to": str(today - timedelta(days=1))},
    }.get(hidden, {})
    guide = make_guide(shown=hidden != "draft", **typed)
    if hidden == "withdrawn":
        withdraw_guide(guide.pk, now=timezone.now())
    assert titles(nobody.get("/guides")) == []
    assert nobody.get(f"/guides/{guide.pk}").status_code == 404
    assert nobody.post(f"/guides/{guide.pk}/faults", {"kind": "phone"}).status_code == 404
    assert [row["guides"] for row in nobody.get("/dimensions").json()["items"]] == [0] * 8


def test_it_is_found_by_words_and_sound(nobody: Api) -> None:
    make_guide()
    make_guide(title="公交首末站", synonyms="", summary="", dimensions="行", documents="")
    for query in ("sbk", "shebao", "社保卡", "医保卡", "身份证"):
        assert titles(nobody.get("/guides", q=query)) == ["社保卡补办"], query
    assert titles(nobody.get("/guides", q="gj")) == ["公交首末站"]


def test_a_name_comes_before_a_mention(nobody: Api) -> None:
    make_guide(title="老年食堂", synonyms="", documents="身份证", dimensions="养")
    make_guide(title="身份证办理", synonyms="", documents="户口簿", order="900")
    assert titles(nobody.get("/guides", q="身份证")) == ["身份证办理", "老年食堂"]


def test_a_miss_names_neighbours_and_a_number(nobody: Api) -> None:
    guide = make_guide()
    body = nobody.get("/guides", q="社保卡挂失").json()
    assert body["items"] == []
    assert body["alike"] == [{"id": str(guide.pk), "title": "社保卡补办"}]
    assert body["hotline"] == "12345"


def test_near_ones_first_and_who_has_no_place_last(nobody: Api) -> None:
    make_guide(title="远", lat="30.30", lng="120.50")
    make_guide(title="近", lat="30.3244", lng="120.4865")
    make_guide(title="没有坐标", lat="", lng="", order="1")
    answer = nobody.get("/guides", **HERE)
    assert titles(answer) == ["近", "远", "没有坐标"]
    assert [item["distance_m"] for item in answer.json()["items"]] == [11, 3017, None]
    assert titles(nobody.get("/guides"))[0] == "没有坐标"


def test_the_place_may_be_given_in_any_system(nobody: Api) -> None:
    make_guide(lat="30.3245", lng="120.4865", coord_type="高德")
    [item] = nobody.get("/guides", **HERE, coord_type="gcj02").json()["items"]
    assert item["distance_m"] <= 1
    assert item["place"]["coord_type"] == "gcj02"
    assert abs(item["place"]["lat"] - 30.3245) < 1e-5


def test_pages_follow_each_other_while_rows_come_and_go(nobody: Api) -> None:
    for number in range(5):
        make_guide(title=f"第{number}", lat=f"{30.3245 - number * 0.001}", lng="120.4865")
    first = nobody.get("/guides", **HERE, limit=2).json()
    assert [item["title"] for item in first["items"]] == ["第0", "第1"]
    make_guide(title="新来的", lat="30.3245", lng="120.4865")
    Guide.objects.filter(title="第2").delete()
    # The second page measures from where the first did, wherever the phone is now.
    second = nobody.get("/guides", lat=31, lng=121, limit=2, cursor=first["next_cursor"]).json()
    assert [item["title"] for item in second["items"]] == ["第3", "第4"]
    assert second["next_cursor"] is None


def test_only_what_is_open(nobody: Api) -> None:
    make_guide(title="开着")
    make_guide(title="关着", week="周一至周五 13:30-17:30")
    make_guide(title="不知道", week="")
    assert titles(nobody.get("/guides", open_now="true")) == ["开着"]
    assert len(titles(nobody.get("/guides", open_now="false"))) == 3


def test_the_calendar_of_the_office_closes_it(nobody: Api) -> None:
    from dispatch.enums import CalendarDayType
    from dispatch.models import CalendarDay
    from dispatch.queries.calendar import forget_calendar

    make_guide()
    CalendarDay.objects.create(
        date=date(2026, 11, 24), type=CalendarDayType.HOLIDAY, name="示例", confirmed=True
    )
    forget_calendar()
    assert titles(nobody.get("/guides", open_now="1")) == []


def test_dimensions_are_counted_in_order(nobody: Api) -> None:
    make_guide(dimensions="文便")
    make_guide(title="二", dimensions="便")
    rows = nobody.get("/dimensions").json()["items"]
    assert "".join(row["name"] for row in rows) == "文教娱康养行便平安"
    assert [row["guides"] for row in rows] == [1, 0, 0, 0, 0, 0, 2, 0]
    assert titles(nobody.get("/guides", dimension="culture")) == ["社保卡补办"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"dimension": "x"}, "dimension"),
        ({"lat": 30}, "lng"),
        ({"lat": "nan", "lng": 120}, "lat"),
        ({"lat": 91, "lng": 120}, "lat"),
        ({"coord_type": "x"}, "coord_type"),
        ({"q": "长" * 41}, "q"),
        ({"limit": 0}, "limit"),
        ({"limit": 51}, "limit"),
        ({"open_now": "x"}, "open_now"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": encode_cursor([1, 2])}, "cursor"),
        ({"cursor": encode_cursor([0, 0, 0, 0, True, None, None])}, "cursor"),
        ({"cursor": encode_cursor([0, 0, 0, 0, 0, 30.0, None])}, "cursor"),
        ({"cursor": encode_cursor([0, 0, 0, 0, 0, 1e300, 0.0])}, "cursor"),
        ({"cursor": "W05hTiwwLDAsMCwwLDAsMF0="}, "cursor"),
    ],
)
def test_it_validates(nobody: Api, query: dict[str, Any], field: str) -> None:
    answer = nobody.get("/guides", **query)
    assert answer.status_code == 400
    assert [row["field"] for row in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["/guides/0", f"/guides/{2**70}", "/guides/x"])
def test_an_unknown_one_is_404(nobody: Api, path: str) -> None:
    assert nobody.get(path).status_code == 404


@pytest.mark.parametrize("query", ["%", "_", "'", '"', "\\", "？", "\x00", " ", "😀"])
def test_no_sign_is_a_wildcard(nobody: Api, query: str) -> None:
    make_guide()
    answer = nobody.get("/guides", q=query)
    assert answer.status_code == 200
    assert titles(answer) == ([] if query.strip(" \x00") else ["社保卡补办"])


def test_it_spares_a_client_that_has_it(nobody: Api) -> None:
    guide = make_guide()
    for path in ("/guides", f"/guides/{guide.pk}", "/dimensions"):
        answer = nobody.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        nobody.headers = {"if-none-match": answer.headers["ETag"]}
        assert nobody.get(path).status_code == 304
        nobody.headers = {}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(
    rows: int, nobody: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for row in range(rows):
        make_guide(title=f"第{row}")
    nobody.get("/guides")  # the calendar is read once in a while
    with django_assert_num_queries(3):
        assert len(titles(nobody.get("/guides", **HERE, open_now="1", q="第"))) == rows
    with django_assert_num_queries(1):
        nobody.get("/dimensions")


def test_faults_are_counted_and_nobody_is_kept(nobody: Api, api: Api) -> None:
    guide = make_guide()
    assert nobody.post(f"/guides/{guide.pk}/faults", {"kind": "phone"}).status_code == 201
    answer = api.post(f"/guides/{guide.pk}/faults", {"kind": "phone"})
    assert answer.json()["message"].startswith("谢谢")
    fault = GuideFault.objects.get()
    assert (fault.guide_id, fault.kind, fault.count) == (guide.pk, "phone", 2)
    assert {field.name for field in GuideFault._meta.fields} == {
        "id", "guide", "kind", "count", "first_at", "last_at", "settled_at",
    }  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"kind": "x"}, {"kind": 1}, [], "x"])
def test_a_wrong_fault_is_400(nobody: Api, body: Any) -> None:
    guide = make_guide()
    assert nobody.post(f"/guides/{guide.pk}/faults", body).status_code == 400
    assert GuideFault.objects.count() == 0


def test_one_phone_cannot_press_for_ever(nobody: Api) -> None:
    guide = make_guide()
    nobody.headers = {"x-device-id": str(uuid.uuid4())}
    codes = [
        nobody.post(f"/guides/{guide.pk}/faults", {"kind": "hours"}).status_code for _ in range(11)
    ]
    assert codes == [201] * 10 + [429]


def test_it_stands_in_the_schema() -> None:
    from django.test import Client

    paths = json.loads(Client().get("/api/schema").content)["paths"]
    names = {path.removeprefix("/api/v1") for path in paths}
    assert {"/guides", "/guides/{guide_id}", "/guides/{guide_id}/faults", "/dimensions"} <= names
    assert {"/bulletins", "/bulletins/{bulletin_id}"} <= names
