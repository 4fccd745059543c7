from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_department,
    make_report,
    make_ticket,
)
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db
COMPLAINT = "投诉环卫所，垃圾从来不清"


def complaint(cast: Cast, text: str = COMPLAINT) -> Ticket:
    return make_ticket(cast=cast, report=make_report(text=text))


def dispatch(ticket: Ticket, cast: Cast, **changes: object) -> Ticket:
    fields = replace(fields_for(Act.DISPATCH, cast), **changes)  # type: ignore[arg-type]
    return perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)


def test_it_works() -> None:
    cast = make_cast()
    ticket = complaint(cast)
    with pytest.raises(InvalidInputError) as refused:
        dispatch(ticket, cast)
    assert refused.value.code == "conflict_of_interest"
    assert {row.field for row in refused.value.errors} == {"lead_department", "conflict_reason"}
    assert "环卫所" in refused.value.message
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ASSESSING
    assert not ticket.assignments.exists()
    done = dispatch(ticket, cast, conflict_reason="只有该所有清运车，另请纪工委同步核查")
    event = done.events.get(action=Act.DISPATCH)
    assert event.data["conflict_reason"].startswith("只有该所")
    assert "回避说明：只有该所有清运车" in event.note


def test_somebody_else_needs_no_reason() -> None:
    cast = make_cast()
    done = dispatch(complaint(cast), cast, lead_department=cast.enforcement)
    assert done.lead_department == cast.enforcement


def test_an_assisting_department_counts_too() -> None:
    cast = make_cast()
    with pytest.raises(InvalidInputError) as refused:
        dispatch(
            complaint(cast), cast, lead_department=cast.enforcement, assisting=(cast.sanitation,)
        )
    assert refused.value.errors[0].field == "assisting"


def test_what_was_added_later_and_by_others_counts() -> None:
    cast = make_cast()
    report = make_report(text="垃圾没人清")
    ticket = make_ticket(cast=cast, report=report)
    report.updates.create(at=NOW, kind="supplement", status="received", text="环卫所态度恶劣")
    with pytest.raises(InvalidInputError):
        dispatch(ticket, cast)


def test_a_village_is_that_of_the_grid() -> None:
    cast = make_cast()
    village = make_department("village_linjiang", name="临江村", village_code="330114007200")
    ticket = complaint(cast, "村书记收钱办低保")
    with pytest.raises(InvalidInputError):
        dispatch(ticket, cast, lead_department=village)


@pytest.mark.parametrize("text", ["环卫所好几天没来清垃圾了", "垃圾没人清，投诉过没用"])
def test_an_ordinary_report_is_dispatched(text: str) -> None:
    cast = make_cast()
    assert dispatch(complaint(cast, text), cast).status == TicketStatus.DISPATCHED


def test_a_merge_into_their_ticket_needs_a_note() -> None:
    cast = make_cast()
    target = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    ticket = complaint(cast)
    with pytest.raises(InvalidInputError) as refused:
        perform(
            ticket.pk,
            Act.MERGE,
            actor=cast.dispatcher,
            now=NOW,
            fields=Fields(target_ticket=target),
        )
    assert refused.value.code == "conflict_of_interest"
    done = perform(
        ticket.pk,
        Act.MERGE,
        actor=cast.dispatcher,
        now=NOW,
        fields=Fields(target_ticket=target, note="同一处垃圾，投诉另案转纪工委"),
    )
    assert done.status == TicketStatus.MERGED
