"""The page behind a figure: who sees which rows, and what of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dispatch.domain.lifecycle import perform
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Recusal, Staff, Ticket
from dispatch.summary.behind import behind_url
from dispatch.summary.lines import local_day
from dispatch.summary.rollup import fold_all
from dispatch.summary.scopes import Scope
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_report,
    make_staff,
    make_ticket,
)

pytestmark = pytest.mark.django_db
DAY = local_day(NOW)
SCOPE = Scope(first=DAY, last=DAY)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def login(user: Staff | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def given_back(cast: Cast) -> Ticket:
    report = make_report(text="垃圾没人清运，请联系13812345678")
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=report)
    fields = fields_for(Act.RETURN, cast)
    perform(ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields)
    fold_all(now=NOW)
    return ticket


def test_it_works(cast: Cast) -> None:
    ticket = given_back(cast)
    scope = Scope(first=DAY, last=DAY, department_ids=frozenset({cast.sanitation.pk}))
    response = login(cast.lead.user).get(behind_url("return_rate", scope))
    assert response.context["heading"] == "退单量：2026年11月24日（星期二），环卫所，共 1 次"
    (row,) = response.context["rows"]
    assert (row["number"], row["what"], row["department"]) == (ticket.number, "退单", "环卫所")
    assert "13812345678" not in response.content.decode()
    assert login(cast.lead.user).get(row["url"]).status_code == 200
    over = login(cast.lead.user).get(behind_url("return_rate", scope, "over"))
    assert over.context["heading"].startswith("派单量：")


def test_a_confidential_matter_shows_neither_words_nor_place(cast: Cast) -> None:
    ticket = given_back(cast)
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True, title="张三家赌博")
    text = login(cast.lead.user).get(behind_url("returned", SCOPE)).content.decode()
    assert ticket.number in text
    assert "保密事项" in text
    assert "赌博" not in text
    assert "示例网格" not in text


def test_what_a_person_may_not_see_still_counts(cast: Cast) -> None:
    ticket = given_back(cast)
    recused = make_staff("dispatcher2", Role.DISPATCHER, cast.room)
    Recusal.objects.create(user=recused, ticket=ticket, why="被投诉", found_at=NOW)
    administrator = make_staff("administrator", Role.ADMINISTRATOR, cast.room)
    for user in (recused, administrator):
        response = login(user).get(behind_url("returned", SCOPE))
        assert response.context["heading"].endswith("共 1 次")
        assert (response.context["rows"], response.context["hidden"]) == ([], 1)
        text = response.content.decode()
        assert "1 件您无权查看" in text
        assert ticket.number not in text


def test_a_head_reads_the_own_department_only(cast: Cast) -> None:
    given_back(cast)
    own = login(cast.head.user).get(behind_url("returned", SCOPE))
    assert len(own.context["rows"]) == 1
    wanted = Scope(first=DAY, last=DAY, department_ids=frozenset({cast.sanitation.pk}))
    for scope in (SCOPE, wanted):
        other = login(cast.outsider_head.user).get(behind_url("returned", scope))
        assert other.context["heading"].endswith("共 0 次")
        assert "这个范围内一件也没有" in other.content.decode()
    assert login(cast.handler.user).get(behind_url("returned", SCOPE)).status_code == 403
    assert Client().get(behind_url("returned", SCOPE)).status_code == 302


def test_a_category_alone_stands_for_its_leaves(cast: Cast) -> None:
    given_back(cast)
    client, url = login(cast.lead.user), reverse("summary-behind")
    query = {"figure": "dispatched", "first": DAY.isoformat(), "last": DAY.isoformat()}
    top = str(cast.category.parent_id)
    for category, rows in ((top, 1), (f"{top},", 0), (f"{top},{cast.category.pk}", 1), ("0", 0)):
        response = client.get(url, {**query, "category": category})
        assert len(response.context["rows"]) == rows
    stock = client.get(url, {**query, "figure": "in_hand"})
    assert stock.context["heading"] == "在办量：截至2026年11月24日，共 1 件"


def test_pages_follow_each_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.summary.behind.lines_behind.__defaults__", (None, 1, ""))
    numbers = {make_ticket(cast=cast).number for _ in range(2)}
    fold_all(now=NOW)
    client = login(cast.lead.user)
    first = client.get(behind_url("opened", SCOPE))
    second = client.get(first.context["next_url"])
    assert {page.context["rows"][0]["number"] for page in (first, second)} == numbers
    assert second.context["next_url"] == ""
    assert second.context["first_url"] == behind_url("opened", SCOPE)


@pytest.mark.parametrize(
    "change",
    [
        {"figure": "happiness"},
        {"figure": ""},
        {"part": "half"},
        {"first": "yesterday"},
        {"first": "0001-01-01"},
        {"first": "2026-11-25"},
        {"first": "2020-01-01"},
        {"department": "1;drop"},
        {"category": "１２"},
        {"grid": "9" * 40},
        {"after": "x\0"},
    ],
)
def test_it_refuses_addresses_that_no_page_of_ours_gave(cast: Cast, change: dict[str, str]) -> None:
    query = {"figure": "returned", "first": DAY.isoformat(), "last": DAY.isoformat(), **change}
    response = login(cast.lead.user).get(reverse("summary-behind"), query)
    assert response.status_code == 400
    assert "打不开这份清单" in response.content.decode()


def test_the_number_of_queries_does_not_grow(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = login(cast.lead.user)
    given_back(cast)
    client.get(behind_url("returned", SCOPE))
    with django_assert_max_num_queries(40) as few:
        client.get(behind_url("returned", SCOPE))
    for _ in range(2):
        given_back(cast)
    with django_assert_max_num_queries(len(few)):
        response = client.get(behind_url("returned", SCOPE))
    assert len(response.context["rows"]) == 3
