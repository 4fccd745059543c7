"""The summary page and its workbook: right figures, right people, the same number of queries."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from dispatch.enums import Role, TicketStatus
from dispatch.models import Department, Staff
from dispatch.summary.ratios import FIGURES
from dispatch.summary.rollup import fold_all
from reports.models import Dimension
from tests.dispatch.factories import (
    NOW,
    Cast,
    make_cast,
    make_category,
    make_department,
    make_grid,
    make_staff,
    make_ticket,
)

pytestmark = pytest.mark.django_db
DAY = timezone.localdate(NOW)
CLOCK = SimpleNamespace(localdate=lambda: date(2026, 12, 3))
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
    return {
        card.figure.code: card.text for _heading, row in response.context["cards"] for card in row
    }


def rows(response: Any, code: str) -> dict[str, tuple[str, ...]]:
    shown = next(shown for shown in response.context["tables"] if shown.table.code == code)
    return {name: tuple(cell.shown.text for cell in cells) for name, cells in shown.rows}


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
    assert rows(response, "day")[DAY.isoformat()][:2] == ("3", "3")  # reported, opened
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


@pytest.mark.parametrize(
    ("query", "label", "days"),
    [
        ({}, "2026年12月", 3),
        ({"period": "week", "date": "2026-11-24"}, "2026年第48周（11月23日—11月29日）", 7),
        ({"period": "quarter", "date": "2025-02-01"}, "2025年第一季度", 90),
        ({"period": "year", "date": "2024-06-01"}, "2024年", 366),
        ({"first": "2025-01-05", "last": "2025-01-09"}, "2025年1月5日—1月9日", 5),
    ],
)
def test_it_reads_the_period(
    cast: Cast, query: dict[str, str], label: str, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(cast=cast)
    fold_all(now=NOW)
    monkeypatch.setattr("dispatch.console.summary_views.timezone", CLOCK)
    response = login(cast.lead.user).get(reverse("summary"), query)
    assert response.context["period"].label == label
    assert len(rows(response, "day")) == days
    again = login(cast.lead.user).get(reverse("summary") + "?" + response.context["query"])
    assert again.context["period"] == response.context["period"]
    assert again.context["query"] == response.context["query"]


def test_the_way_to_the_periods_beside_keeps_the_places(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.console.summary_views.timezone", CLOCK)
    query = {"period": "month", "date": "2026-11-24", "department": str(cast.sanitation.pk)}
    steps = login(cast.lead.user).get(reverse("summary"), query).context["steps"]
    place = f"&department={cast.sanitation.pk}"
    assert steps == {
        "previous": f"period=month&date=2026-10-01{place}",
        "next": f"period=month&date=2026-12-01{place}",
    }
    last = login(cast.lead.user).get(reverse("summary"), {"period": "month", "date": "2026-12-01"})
    assert last.context["steps"]["next"] == ""
    assert last.context["period"].is_running
    assert "前3天与上月同期（2026年11月1日—11月3日）比较" in last.content.decode()


def test_dimension_and_grid_narrow_too(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast)
    fold_all(now=NOW)
    travel = Dimension.objects.get_or_create(code="travel", defaults={"name": "行", "order": 6})[0]
    living = Dimension.objects.get_or_create(code="living", defaults={"name": "便", "order": 7})[0]
    living.categories.add(cast.category)
    client = login(cast.lead.user)
    for query, opened in (
        ({"dimension": living.code}, "1"),
        ({"dimension": travel.code}, "0"),
        ({"dimension": living.code, "category": str(cast.category.parent_id)}, "1"),
        ({"grid": str(cast.grid.pk)}, "1"),
        ({"grid": str(make_grid("330114007201001").pk)}, "0"),
    ):
        response = client.get(reverse("summary"), {**RANGE, **query})
        assert cards(response)["opened"] == opened
    assert set(rows(client.get(reverse("summary"), RANGE), "dimension")) == {"便"}


def test_what_is_only_left_from_before_has_no_line_in_the_tables_of_categories(cast: Cast) -> None:
    long_ago = NOW - timedelta(days=60)
    living = Dimension.objects.get_or_create(code="living", defaults={"name": "便", "order": 7})[0]
    living.categories.add(cast.category)
    make_ticket(TicketStatus.HANDLING, cast=cast, now=long_ago)
    fold_all(now=NOW)
    response = login(cast.lead.user).get(reverse("summary"), RANGE)
    assert cards(response)["in_hand"] == "1"
    for code in ("top_category", "category", "dimension"):
        assert rows(response, code) == {}
    assert rows(response, "department")["环卫所"][0] == "1"
    assert rows(response, "grid")["临江村 示例网格"][0] == "1"


def test_a_card_says_base_comparison_and_the_rate_beside(cast: Cast) -> None:
    for days in (0, 1, 10):
        make_ticket(TicketStatus.CLOSED, cast=cast, now=NOW - timedelta(days=days))
    fold_all(now=NOW)
    response = login(cast.lead.user).get(reverse("summary"), RANGE)
    found = {card.figure.code: card for _heading, row in response.context["cards"] for card in row}
    assert found["opened"].comparison.before.text == "环比 +1 件（前7天 1 件），前7天数据不全"
    assert found["opened"].comparison.year.text == "去年同期无数据"
    assert found["on_time_rate"].shown.mark == "基数小（2）"
    assert found["satisfied_rate"].beside.text == "0.0%"
    text = response.content.decode()
    assert "基数小" in text
    assert "评价率 0.0%" in text
    for card in found.values():
        if card.url:
            assert login(cast.lead.user).get(card.url).status_code == 200


def test_the_dictionary_page_shows_every_figure(cast: Cast) -> None:
    text = login(cast.head.user).get(reverse("summary-metrics")).content.decode()
    assert all(f'id="{code}"' in text for code in FIGURES)
    assert login(cast.handler.user).get(reverse("summary-metrics")).status_code == 403


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
        {"period": "month", "date": "9999-12-31"},
        {"period": "decade"},
        {"grid": "x\0"},
        {"dimension": "height"},
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
