from __future__ import annotations

import pytest

from dispatch.domain.seeding import DATA
from dispatch.domain.standard_replies import (
    PLACEHOLDERS,
    actions_with_texts,
    check_reply,
    left_open,
    texts_of,
    values_of,
)
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import StandardReply
from dispatch.queries.standard_replies import replies_for
from reports.domain.seeding import read_data
from tests.dispatch.factories import NOW, make_cast, make_category, make_ticket
from xiangcun.lib.errors import InvalidInputError


def test_the_shipped_replies_pass_their_own_check() -> None:
    rows = read_data("standard_replies.json", shipped=DATA, folder=None)["replies"]
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        check_reply(action=row["action"], field=row["field"], text=row["text"])
    wanted = {"ask", "reject", "dispatch", "finish", "verify", "request_suspension"}
    assert wanted | {"request_extension"} <= {row["action"] for row in rows}


@pytest.mark.parametrize(
    ("action", "field", "text", "at"),
    [
        ("ask", "public_text", "您好，{姓名}", "text"),
        ("ask", "public_text", "{工单编号", "text"),
        ("ask", "public_text", "编号}", "text"),
        ("ask", "public_text", "{}", "text"),
        ("ask", "public_text", "  ", "text"),
        ("ask", "public_text", "长" * 1001, "text"),
        ("ask", "note", "您好", "field"),
        ("accept", "note", "您好", "field"),
        ("nonsense", "note", "您好", "field"),
        ("rate", "note", "您好", "field"),
    ],
)
def test_it_refuses_what_could_not_be_filled(action: str, field: str, text: str, at: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_reply(action=action, field=field, text=text)
    assert at in {row.field for row in caught.value.errors}


def test_it_offers_only_actions_of_people_with_a_text() -> None:
    actions = set(actions_with_texts())
    assert {TicketAction.ASK, TicketAction.FINISH, TicketAction.VERIFY} <= actions
    assert not {TicketAction.RATE, TicketAction.ACCEPT, TicketAction.WITHDRAW} & actions
    assert texts_of(TicketAction.VERIFY) >= {"note", "public_text"}


@pytest.mark.django_db
def test_it_fills_from_the_ticket() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    values = values_of(ticket, now=NOW)
    assert set(values) == set(PLACEHOLDERS)
    assert values["工单编号"] == ticket.number
    assert values["承办单位"] == "环卫所"
    assert values["事项分类"] == "暴露/积存垃圾"
    assert values["办理结果"] == "已解决"
    assert values["今天"] == "2026年11月24日"
    assert values["办理期限"].startswith("2026年")
    assert values_of(make_ticket(cast=cast), now=NOW)["承办单位"] == ""


@pytest.mark.django_db
def test_it_offers_the_category_s_own_first_and_no_other_category_s() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    other = make_category("0601", name="路灯")
    for name, category in (
        ("通用", None),
        ("大类", cast.category.parent),
        ("小类", cast.category),
        ("别类", other),
    ):
        StandardReply.objects.create(
            name=name, action=TicketAction.FINISH, field="public_text", category=category, text="好"
        )
    StandardReply.objects.create(
        name="停用", action=TicketAction.FINISH, field="note", text="好", is_active=False
    )
    names = [row.name for row in replies_for(ticket, TicketAction.FINISH)]
    assert set(names) == {"通用", "大类", "小类"}
    assert names[-1] == "通用"
    assert replies_for(ticket, TicketAction.VERIFY) == []
    assert [row.name for row in replies_for(None, TicketAction.FINISH)] == ["通用"]


def test_it_finds_what_nobody_filled() -> None:
    assert left_open("请在{办理期限}前办理 {不是占位符}") == ["办理期限"]
    assert left_open("没有") == []
