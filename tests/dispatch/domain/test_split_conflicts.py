"""No complaint travels to whom it is about by way of a child."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from tests.dispatch.domain.test_splitting import split
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_report, make_ticket
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db


def complaint(cast: Cast) -> Ticket:
    report = make_report(text="投诉综合行政执法队，收了钱不管占道")
    return make_ticket(TicketStatus.HANDLING, cast=cast, report=report)


def test_nobody_gets_a_child_of_a_complaint_about_themselves_without_a_reason() -> None:
    cast = make_cast()
    ticket = complaint(cast)
    with pytest.raises(InvalidInputError) as refused:
        split(ticket, cast)
    assert refused.value.code == "conflict_of_interest"
    assert {row.field for row in refused.value.errors} == {"departments", "conflict_reason"}
    (child,) = split(ticket, cast, conflict_reason="只有该队有拆除工具")
    told = f"{child.title}{list(child.events.values_list('note', 'data'))}"
    assert "收了钱" not in told
    assert "只有该队有拆除工具" in told


def test_the_words_of_a_complaint_do_not_travel_in_the_task() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    for reason in ("", "必须由它办"):
        with pytest.raises(InvalidInputError) as refused:
            split(ticket, cast, task="居民投诉综合行政执法队不作为", conflict_reason=reason)
        assert refused.value.errors[0].field == "task"


def test_a_child_that_is_dispatched_again_still_minds_its_parents_complaint() -> None:
    cast = make_cast()
    ticket = complaint(cast)
    (child,) = split(ticket, cast, cast.room)
    room_head = replace(
        cast.outsider_head,
        seats=(replace(cast.outsider_head.seats[0], department_id=cast.room.pk),),
    )
    perform(child.pk, Act.RETURN, actor=room_head, now=NOW, fields=fields_for(Act.RETURN, cast))
    with pytest.raises(InvalidInputError) as refused:
        perform(
            child.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW,
            fields=replace(fields_for(Act.DISPATCH, cast), lead_department=cast.enforcement),
        )  # fmt: skip
    assert refused.value.code == "conflict_of_interest"
