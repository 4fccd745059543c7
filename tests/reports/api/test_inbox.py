"""``/inbox``: one's own messages, pages, the bell's figure, marking read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.enums import MessageTemplate, PublicStatus
from reports.models import Resident, ResidentMessage
from tests.factories import NOW, make_report
from tests.reports.api.test_schema import check_answer, generate
from tests.reports.conftest import Api
from tests.reports.messaging import tell

T = MessageTemplate


def test_it_works(api: Api, zhang: Resident) -> None:
    report = make_report(zhang, public_status=PublicStatus.AWAITING_RATING)
    message = tell(zhang, T.REPLIED, report=report)
    answer = api.get("/inbox")
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "id": str(message.pk),
                "at": "2026-11-24T10:00:00+08:00",
                "template": {"code": "replied", "label": "请评价"},
                "title": "请评价",
                "text": "您反映的“暴露/积存垃圾”已有办理结果：已解决。请查看答复，并告诉我们是否解决。",
                "report": {
                    "number": report.number,
                    "status": {"code": "awaiting_rating", "label": "待评价"},
                },
                "read": False,
                "read_at": None,
                "action": "rate",
            }
        ],
        "next_cursor": None,
    }


def test_it_forbids_strangers(nobody: Api) -> None:
    for path in ("/inbox", "/inbox/unread"):
        assert nobody.get(path).status_code == 401
    assert nobody.post("/inbox/read", {"ids": []}).status_code == 401


def test_nobody_sees_or_marks_anothers(api: Api, other: Api, zhang: Resident) -> None:
    message = tell(zhang)
    assert other.get("/inbox").json()["items"] == []
    assert other.get("/inbox/unread").json() == {"count": 0, "more": False}
    for body in (
        {"ids": [str(message.pk)]},
        {"all_before": str(message.pk + 5)},
        {"report": message.report.number if message.report else ""},
    ):
        assert other.post("/inbox/read", body).status_code == 200
    assert api.get("/inbox/unread").json()["count"] == 1


def test_pages_are_without_gap_or_double(api: Api, zhang: Resident) -> None:
    made = [str(tell(zhang).pk) for _index in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/inbox", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        tell(zhang)
    assert seen == made[::-1]


def test_the_bell_counts_to_99(api: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    ResidentMessage.objects.bulk_create(
        ResidentMessage(
            key=f"k{index}", resident=zhang, report=report, template=T.RESUMED, text="文字",
            created_at=NOW,
        )
        for index in range(120)
    )  # fmt: skip
    answer = api.get("/inbox/unread")
    assert answer.json() == {"count": 99, "more": True}
    assert answer["Cache-Control"] == "no-store"
    newest = api.get("/inbox").json()["items"][0]["id"]
    assert api.post("/inbox/read", {"all_before": newest}).json() == {"count": 0, "more": False}


def test_marking_read(api: Api, zhang: Resident) -> None:
    report = make_report(zhang)
    first, second = tell(zhang, report=report), tell(zhang, report=report)
    third, fourth = tell(zhang), tell(zhang)
    answer = api.post("/inbox/read", {"ids": [str(first.pk), "999999999", "9" * 19, "x", "²"]})
    assert answer.json() == {"count": 3, "more": False}
    assert api.post("/inbox/read", {"report": report.number.lower()}).json()["count"] == 2
    assert api.post("/inbox/read", {"all_before": str(third.pk)}).json()["count"] == 1
    unread = api.get("/inbox", unread="1").json()["items"]
    assert [item["id"] for item in unread] == [str(fourth.pk)]
    read = api.get("/inbox").json()["items"][-1]
    assert (read["id"], read["read"]) == (str(first.pk), True)
    assert read["read_at"]
    second.refresh_from_db()
    assert second.read_at is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": ["1"], "all_before": "1"},
        {"ids": "1"},
        {"ids": [1]},
        {"ids": ["1"] * 101},
        {"all_before": "-1"},
        {"all_before": "9" * 20},
        {"all_before": "x\0"},
        {"report": ""},
        [],
    ],
)
def test_it_validates_what_to_mark(api: Api, zhang: Resident, body: Any) -> None:
    tell(zhang)
    answer = api.post("/inbox/read", body)
    assert answer.status_code == 400
    assert answer.json()["code"]
    assert api.get("/inbox/unread").json()["count"] == 1


def test_a_broken_cursor_is_told(api: Api) -> None:
    assert api.get("/inbox", cursor="a").json()["errors"][0]["code"] == "invalid_cursor"


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_rows(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _index in range(rows):
        tell(zhang)
    with django_assert_num_queries(2):
        assert len(api.get("/inbox").json()["items"]) == rows
    with django_assert_num_queries(2):
        api.get("/inbox/unread")


def test_answers_are_as_the_schema_says(api: Api, zhang: Resident) -> None:
    schema = generate()
    tell(zhang, T.DISPATCHED)
    tell(zhang, T.REPLIED, now=NOW + timedelta(hours=1))
    ResidentMessage.objects.filter(template=T.DISPATCHED).update(report=None, read_at=NOW)
    check_answer(schema, "get", "/inbox", api.get("/inbox"))
    check_answer(schema, "get", "/inbox/unread", api.get("/inbox/unread"))
    check_answer(schema, "post", "/inbox/read", api.post("/inbox/read", {"ids": []}))
    check_answer(schema, "post", "/inbox/read", api.post("/inbox/read", {}))
    check_answer(schema, "get", "/me/notices", api.get("/me/notices"))
    check_answer(schema, "get", "/subscriptions/templates", api.get("/subscriptions/templates"))
