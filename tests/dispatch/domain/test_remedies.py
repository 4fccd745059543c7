"""What a resident may still do when a case has ended, and what they read of every step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.opening import attach_report
from dispatch.domain.rejections import WHERE
from dispatch.enums import RejectReason, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.domain.actions import act
from reports.enums import PublicStatus, ResidentAction
from reports.models import Report
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_report,
    make_resident,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError

pytestmark = pytest.mark.django_db
REASON = {"reason": "还是没有解决"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def report_of(ticket: Ticket) -> Report:
    return Report.objects.filter(ticket_report__ticket=ticket).earliest("id")


def kinds_of(report: Report) -> list[str]:
    return list(report.updates.values_list("kind", flat=True))


def close_again(ticket: Ticket, cast: Cast) -> None:
    """Walk a reopened ticket back to the resident's rating."""
    for action, role in (
        (Act.DISPATCH, Role.DISPATCHER),
        (Act.ACCEPT, Role.HANDLER),
        (Act.FINISH, Role.HANDLER),
        (Act.VERIFY, Role.VERIFIER),
    ):
        fields = fields_for(action, cast)
        perform(ticket.pk, action, actor=cast.staff(role), now=NOW, fields=fields)


def test_every_reason_says_where_to_go() -> None:
    assert set(WHERE) == set(RejectReason)
    assert all(WHERE.values())


def test_a_refusal_says_why_and_where_and_may_be_appealed_once(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.REJECTED, cast=cast)
    report = report_of(ticket)
    assert report.rejection == {
        "code": "not_our_area",
        "label": "不在本街道辖区",
        "text": "给居民的话",
        "where": WHERE[RejectReason.NOT_OUR_AREA],
        "at": NOW.isoformat(),
    }
    assert report.remedies is not None
    assert report.remedies["appeals_left"] == 1
    # A later step that leaves it refused must not lose the words.
    report.contact_phone = "13800001111"
    report.save(update_fields=["contact_phone"])
    fields = Fields(note="回访核实情况", report=report)
    perform(ticket.pk, Act.UNMASK, actor=cast.lead, now=NOW, fields=fields)
    report.refresh_from_db()
    assert report.rejection is not None
    assert report.rejection["text"] == "给居民的话"

    act(report, ResidentAction.REOPEN, payload=REASON, now=NOW)
    report.refresh_from_db()
    assert (report.rejection, report.remedies) == (None, None)
    assert kinds_of(report) == ["rejected", "appeal", "reassessing"]
    perform(ticket.pk, Act.REJECT, actor=cast.lead, now=NOW, fields=fields_for(Act.REJECT, cast))
    report.refresh_from_db()
    assert report.remedies is not None
    assert report.remedies["appeals_left"] == 0
    assert report.allowed_actions == []


def test_rating_and_reopening_name_their_dates(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast)
    report = report_of(ticket)
    assert report.remedies == {
        "reopens_left": 2,
        "appeals_left": 0,
        "reopen_until": (NOW + timedelta(days=30)).isoformat(),
        "rating_due_at": (NOW + timedelta(days=7)).isoformat(),
    }
    payload = {"solved": False, "score": 2, "comment": ""}
    act(report, ResidentAction.RATE, payload=payload, now=NOW + timedelta(days=1))
    report.refresh_from_db()
    assert report.remedies is not None
    assert report.remedies["rating_due_at"] is None
    assert report.remedies["reopen_until"] == (NOW + timedelta(days=31)).isoformat()


def test_after_two_reopenings_the_lead_is_asked_and_answers(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast)
    report = report_of(ticket)
    with pytest.raises(ConflictError):
        act(report, ResidentAction.ASK_LEAD, payload={"text": "请领导看看"}, now=NOW)
    for _round in range(2):
        act(report, ResidentAction.REOPEN, payload=REASON, now=NOW)
        close_again(ticket, cast)
    report.refresh_from_db()
    assert report.allowed_actions == ["rate", "ask_lead"]
    assert report.remedies is not None
    assert report.remedies["reopens_left"] == 0

    later = NOW + timedelta(hours=1)
    act(report, ResidentAction.ASK_LEAD, payload={"text": "请领导看看"}, now=later)
    report.refresh_from_db()
    assert report.allowed_actions == ["rate"]
    assert report.public_status == PublicStatus.AWAITING_RATING
    with pytest.raises(ConflictError):
        act(report, ResidentAction.ASK_LEAD, payload={"text": "再看看"}, now=later)

    ticket.refresh_from_db()
    assert Act.REPLY in {row.action for row in available_actions(ticket, cast.lead, now=later)}
    fields = Fields(public_text="已到现场看过，下周施工。")
    answered = perform(ticket.pk, Act.REPLY, actor=cast.lead, now=later, fields=fields)
    assert answered.status == TicketStatus.AWAITING_RATING
    assert answered.result_text == "给居民的话"
    assert kinds_of(report)[-2:] == ["ask_lead", "replied"]
    with pytest.raises(ConflictError):
        perform(ticket.pk, Act.REPLY, actor=cast.lead, now=later, fields=fields)


def test_a_return_is_seen_as_dispatching_again(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    for action, actor in ((Act.RETURN, cast.head), (Act.DISPATCH, cast.dispatcher)):
        perform(ticket.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    report = report_of(ticket)
    assert kinds_of(report) == ["dispatched", "returned", "redispatched"]
    assert report.updates.latest("id").text.startswith("重新派单给")


def test_steps_of_a_long_case_have_their_kinds(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast)
    steps = (
        (Act.RESUME, cast.lead),
        (Act.REQUEST_EXTENSION, cast.head),
        (Act.GRANT_EXTENSION, cast.lead),
        (Act.FINISH, cast.handler),
        (Act.VERIFY, cast.verifier),
    )
    for action, actor in steps:
        fields = fields_for(action, cast)
        if action == Act.REQUEST_EXTENSION:  # its form has nothing for the resident
            fields = replace(fields, public_text="")
        perform(ticket.pk, action, actor=actor, now=NOW, fields=fields)
    assert kinds_of(report_of(ticket)) == [
        "dispatched", "accepted", "suspended", "resumed", "extended", "finished",
    ]  # fmt: skip


def test_each_joined_resident_rates_and_none_may_do_what_is_used_up(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    first = report_of(ticket)
    second = make_report(resident=make_resident("bob"))
    attach_report(second, ticket, now=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(reopen_count=2)
    for action, actor in ((Act.FINISH, cast.handler), (Act.VERIFY, cast.verifier)):
        perform(ticket.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    rating = {"solved": True, "score": 5, "comment": ""}
    act(first, ResidentAction.RATE, payload=rating, now=NOW)
    first.refresh_from_db()
    ticket.refresh_from_db()
    assert (first.public_status, ticket.status) == ("closed", TicketStatus.AWAITING_RATING)
    assert first.allowed_actions == ["ask_lead"]
    assert first.remedies is not None
    assert first.remedies["rating_due_at"] is None
    act(second, ResidentAction.RATE, payload=rating, now=NOW)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.CLOSED
