"""The summary page and its workbook: right figures, right people, the same number of queries."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from dispatch.enums import Role, TicketStatus
from dispatch.models import Department, Staff
from dispatch.summary.rollup import fold_all
from tests.dispatch.factories import (
    NOW,
    Cast,
    make_cast,
    make_category,
    make_department,
    make_staff,
    make_ticket,
)

pytestmark = pytest.mark.django_db
DAY = timezone.localdate(NOW)
RANGE = {"first": (DAY - timedelta(days=6)).isoformat(), "last": DAY.isoformat()}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def login(user: Staff | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def cards(response: Any) -> dict[str, str]:
    return {card.figure.code: card.text for card in response.context["cards"]}


def rows(response: Any, code: str) -> dict[str, tuple[str, ...]]:
    shown = next(shown for shown in response.context["tables"] if shown.table.code == code)
    return dict(shown.rows)


def test_it_works(cast: Cast) -> None:
    make_ticket(TicketStatus.CLOSED, cast=cast)
    make_ticket(TicketStatus.HANDLING, cast=cast)
    make_ticket(cast=cast)
    fold_all(now=NOW)
    response = login(cast.dispatcher.user).get(reverse("summary"), RANGE)
    assert response.status_code == 200
    told = cards(response)
    assert (told["opened"], told["in_hand"], told["closed"]) == ("3", "2", "1")
    assert (told["on_time_rate"], told["rating_rate"]) == ("100.0%", "0.0%")
    assert told["satisfied_rate"] == "—"  # nobody answered: unknown, not zero
    assert rows(response, "department")["环卫所"][:2] == ("1", "2")
    assert set(rows(response, "top_category")) == {"大类04", "未分类"}
    assert rows(response, "day")[DAY.isoformat()][0] == "3"
    assert len(rows(response, "day")) == 7
    assert "chart-day" in response.context["charts"]


def test_it_filters(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast)
    fold_all(now=NOW)
    client = login(cast.lead.user)
    other = make_category("0301", name="道路破损")
    for query, opened in (
        ({}, "1"),
        ({"department": str(cast.sanitation.pk)}, "1"),
        ({"department": str(cast.enforcement.pk)}, "0"),
        ({"category": str(cast.category.pk)}, "1"),
        ({"category": str(cast.category.parent_id)}, "1"),
        ({"category": str(other.pk)}, "0"),
        ({"last": "2026-11-20"}, "0"),
    ):
        assert cards(client.get(reverse("summary"), {**RANGE, **query}))["opened"] == opened


def test_it_says_when_there_is_nothing(cast: Cast) -> None:
    response = login(cast.lead.user).get(reverse("summary"), RANGE)
    assert "这个范围内还没有工单" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"first": "2026-11-24", "last": "2026-11-01"},
        {"first": "2020-01-01", "last": "2026-11-01"},
        {"first": "yesterday"},
        {"department": "999999"},
        {"category": "垃圾"},
        {"last": "0001-01-01"},
    ],
)
def test_it_validates_the_filters(cast: Cast, query: dict[str, str]) -> None:
    response = login(cast.lead.user).get(reverse("summary"), query)
    assert response.status_code == 200
    assert "以下按默认范围统计" in response.content.decode()
    assert login(cast.lead.user).get(reverse("summary-export"), query).getvalue()


def test_it_forbids_handlers_and_strangers(cast: Cast) -> None:
    for name in ("summary", "summary-export"):
        assert Client().get(reverse(name)).status_code == 302
        assert login(cast.handler.user).get(reverse(name)).status_code == 403
        for role in (Role.AUDITOR, Role.ADMINISTRATOR):
            user = make_staff(f"user-{role}", role, cast.room)
            assert login(user).get(reverse(name)).getvalue()


def test_a_head_sees_the_own_department_only(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast)
    make_ticket(cast=cast)
    fold_all(now=NOW)
    own = login(cast.head.user).get(reverse("summary"), RANGE)
    assert cards(own)["opened"] == "1"
    assert set(rows(own, "department")) == {"环卫所"}
    client = login(cast.outsider_head.user)
    for query in ({}, {"department": str(cast.sanitation.pk)}):
        other = client.get(reverse("summary"), {**RANGE, **query})
        assert cards(other)["opened"] == "0"
        assert "环卫所" not in other.content.decode()


def test_the_workbook_says_the_same(cast: Cast) -> None:
    make_ticket(TicketStatus.CLOSED, cast=cast)
    fold_all(now=NOW)
    response = login(cast.lead.user).get(reverse("summary-export"), RANGE)
    book = load_workbook(BytesIO(response.getvalue()))
    assert book.sheetnames == [
        "汇总",
        "按大类",
        "按小类",
        "按七维",
        "按承办单位",
        "按网格",
        "按日",
        "指标说明",
    ]
    overview = {row[0]: row[1] for row in book["汇总"].iter_rows(values_only=True)}
    assert (overview["受理量"], overview["按期办结率"], overview["满意率"]) == (1, 1, None)
    assert [cell.value for cell in book["按承办单位"][2]][:3] == ["环卫所", 0, 1]


def test_no_name_becomes_a_formula(cast: Cast) -> None:
    Department.objects.filter(pk=cast.sanitation.pk).update(short_name='=HYPERLINK("x","y")')
    make_ticket(TicketStatus.HANDLING, cast=cast)
    fold_all(now=NOW)
    response = login(cast.lead.user).get(reverse("summary-export"), RANGE)
    book = load_workbook(BytesIO(response.getvalue()))
    cell = book["按承办单位"]["A2"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("x","y")')


def test_the_number_of_queries_does_not_grow(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = login(cast.lead.user)
    make_ticket(TicketStatus.CLOSED, cast=cast)
    fold_all(now=NOW)
    client.get(reverse("summary"), RANGE)
    with django_assert_max_num_queries(30) as few:
        client.get(reverse("summary"), RANGE)
    for number in range(12):
        make_department(f"unit-{number}", name=f"单位{number}")
        make_category(f"05{number:02d}", name=f"小类{number}")
        make_ticket(TicketStatus.HANDLING, cast=cast, now=NOW - timedelta(days=number % 5))
    fold_all(now=NOW)
    with django_assert_max_num_queries(30) as many:
        client.get(reverse("summary"), RANGE)
    assert len(many) == len(few)
