"""Opinions, consultations and praise: answered in words, in time, and nobody goes out for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dispatch.domain import letters
from dispatch.domain.actors import SYSTEM, Actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import LimitStage, LimitUnit, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import HandlingLimit, Ticket, TicketEvent
from dispatch.queries.access import visible_tickets
from dispatch.queries.calendar import work_calendar
from dispatch.queries.limits import forget_limits
from dispatch.queries.lookalikes import open_tickets_near
from dispatch.queries.map_board import board_tickets
from dispatch.summary.rollup import fold_all
from reports.domain.actions import act
from reports.enums import ReportKind, ResidentAction, Urgency
from reports.models import Report, ResidentMessage
from reports.queries.categories import forget_tree
from tests.dispatch.factories import NOW, Cast, make_cast, make_category, make_report
from tests.dispatch.summary.stored import totals
from xiangcun.lib.errors import ConflictError, NotAllowedError

pytestmark = pytest.mark.django_db
ANSWER = "您好，公交站牌下月加装座椅。"


@pytest.fixture
def cast() -> Cast:
    forget_tree()
    return make_cast()


def make_letter(
    cast: Cast, kind: ReportKind = ReportKind.OPINION, *, dispatched: bool = False
) -> Ticket:
    report = make_report(text="建议在公交站加装座椅", kind=kind)
    category = make_category(letters.CATEGORY_CODES[kind], name="来信")
    forget_tree()
    found = Assessment(
        urgency=Urgency.P3,
        category=category,
        lead=cast.sanitation if dispatched else None,
        kind=kind,
        placed=False,
    )
    return open_ticket(report, found, now=NOW)


def reply(ticket: Ticket, actor: Actor, text: str = ANSWER) -> Ticket:
    return perform(ticket.pk, Act.REPLY, actor=actor, now=NOW, fields=Fields(public_text=text))


def timeline(ticket: Ticket) -> list[tuple[str, str]]:
    report = Report.objects.get(ticket_report__ticket=ticket)
    return list(report.updates.values_list("kind", "text"))


def workdays_later(days: int) -> datetime:
    return work_calendar().add_workdays(NOW, days)


def test_the_resident_is_promised_fifteen_working_days_from_sending(cast: Cast) -> None:
    ticket = make_letter(cast)
    report = Report.objects.get()
    assert report.promised_at == letters.reply_due(ticket)
    later = NOW + timedelta(days=3)
    fields = Fields(category=ticket.category, urgency=Urgency.P3, lead_department=cast.sanitation)
    sent = perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=later, fields=fields)
    assert sent.due_at == letters.reply_due(ticket)
    report.refresh_from_db()
    assert report.promised_at == sent.due_at
    assert timeline(ticket)[-1][0] == "dispatched"
    assert "前答复您" in timeline(ticket)[-1][1]


def test_its_kinds_own_limit_holds_whatever_it_speaks_of(cast: Cast) -> None:
    ticket = make_letter(cast)
    HandlingLimit.objects.create(
        stage=LimitStage.HANDLE, category=ticket.category, minutes=960, unit=LimitUnit.WORK
    )
    forget_limits()
    assert letters.reply_limit(ticket).minutes == 960
    ticket.category = cast.category
    assert letters.reply_limit(ticket).minutes == 960


def test_a_late_letter_gets_the_whole_time_again(cast: Cast) -> None:
    ticket = make_letter(cast)
    late = workdays_later(30)
    fields = Fields(category=ticket.category, urgency=Urgency.P3, lead_department=cast.sanitation)
    sent = perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=late, fields=fields)
    assert sent.due_at is not None
    assert sent.due_at > late


@pytest.mark.parametrize("kind", [ReportKind.OPINION, ReportKind.CONSULTATION])
def test_a_department_answers_and_a_second_person_lets_it_out(cast: Cast, kind: ReportKind) -> None:
    ticket = make_letter(cast, kind, dispatched=True)
    perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    waiting = reply(ticket, cast.handler)
    assert waiting.status == TicketStatus.HANDLED
    assert all(ANSWER not in text for _kind, text in timeline(ticket))
    done = perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    assert done.status == TicketStatus.AWAITING_RATING
    assert timeline(ticket)[-1] == ("replied", ANSWER)
    assert [kind for kind, _text in timeline(ticket)] == ["dispatched", "accepted", "replied"]


def test_nobody_finishes_a_letter_nor_replies_to_a_problem(cast: Cast) -> None:
    ticket = make_letter(cast, dispatched=True)
    ticket = perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    shown = {row.action for row in available_actions(ticket, cast.handler, now=NOW)}
    assert Act.REPLY in shown
    assert Act.FINISH not in shown
    problem = open_ticket(
        make_report(), Assessment(urgency=Urgency.P2, queue_reason="不确定"), now=NOW
    )
    with pytest.raises(ConflictError) as refused:
        reply(problem, cast.lead)
    assert refused.value.code == "not_a_letter"


def test_the_lead_answers_at_once(cast: Cast) -> None:
    done = reply(make_letter(cast), cast.lead)
    assert done.status == TicketStatus.AWAITING_RATING
    assert done.verified_at == NOW
    assert timeline(done)[-1] == ("replied", ANSWER)


def test_the_desks_own_answer_is_read_by_another_and_can_be_sent_back(cast: Cast) -> None:
    ticket = reply(make_letter(cast), cast.dispatcher)
    assert (ticket.status, ticket.lead_department) == (TicketStatus.HANDLED, cast.room)
    with pytest.raises(NotAllowedError):
        perform(ticket.pk, Act.VERIFY, actor=cast.dispatcher, now=NOW)
    again = perform(
        ticket.pk, Act.REWORK, actor=cast.verifier, now=NOW, fields=Fields(note="语气再客气些")
    )
    assert again.status == TicketStatus.HANDLING
    assert reply(again, cast.lead).status == TicketStatus.AWAITING_RATING


def test_praise_is_passed_on_and_ends_with_thanks(cast: Cast) -> None:
    ticket = make_letter(cast, ReportKind.PRAISE, dispatched=True)
    perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    done = reply(ticket, cast.handler, "谢谢您的鼓励。")
    assert (done.status, done.closed_at) == (TicketStatus.CLOSED, NOW)
    report = Report.objects.get()
    assert report.public_status == "closed"
    assert report.allowed_actions == []
    assert report.remedies is None
    assert list(ResidentMessage.objects.order_by("pk").values_list("text", flat=True)) == [
        "您的表扬已转给环卫所。",
        "您的表扬已由环卫所收到。",
        "您的表扬已转达环卫所，谢谢您。",
    ]
    last = ResidentMessage.objects.order_by("-pk")[0]
    assert last.template == "praised"
    fold_all(now=NOW)
    counted = totals()
    assert counted["thanked"] == 1
    assert "closed" not in counted
    assert counted["finished"] == counted["finished_on_time"] == 1


def test_a_letter_is_spoken_of_as_one(cast: Cast) -> None:
    make_letter(cast, dispatched=True)
    text = ResidentMessage.objects.get().text
    assert text.startswith("您的意见建议已转给环卫所，")
    assert text.endswith(" 前答复您。")


def test_the_figures_count_an_answer_as_a_result(cast: Cast) -> None:
    ticket = make_letter(cast, dispatched=True)
    perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    reply(ticket, cast.handler)
    perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    perform(ticket.pk, Act.CLOSE_UNRATED, actor=SYSTEM, now=NOW + timedelta(days=7))
    fold_all(now=NOW)
    counted = totals()
    assert counted["finished"] == counted["verified"] == counted["closed"] == 1
    assert counted["closed_on_time"] == 1
    assert "closed_rated" not in counted
    assert "satisfied" not in counted


def test_a_letter_is_no_place(cast: Cast) -> None:
    ticket = make_letter(cast)
    near = open_tickets_near(
        category=cast.category, lat=ticket.lat, lng=ticket.lng, radius_m=500, now=NOW
    )
    assert near == []
    assert not board_tickets(cast.lead).filter(pk=ticket.pk).exists()
    assert visible_tickets(cast.lead).filter(pk=ticket.pk).exists()


def test_a_letter_is_rated_and_reopened_like_any_case(cast: Cast) -> None:
    ticket = reply(make_letter(cast), cast.lead)
    report = Report.objects.get()
    assert report.allowed_actions == ["rate", "reopen"]
    act(report, ResidentAction.REOPEN, payload={"reason": "没有回答我的问题"}, now=NOW)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ASSESSING
    assert timeline(ticket)[-1][0] == "reassessing"
    assert TicketEvent.objects.filter(ticket=ticket, action=Act.REOPEN).exists()
