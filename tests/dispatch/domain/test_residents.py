"""What residents do reaches the ticket, and a refusal undoes what they did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.domain.opening import attach_report
from dispatch.domain.residents import apply_resident_action
from dispatch.domain.timers import run_timers
from dispatch.enums import TicketStatus
from dispatch.models import Ticket, TicketEvent
from reports.domain.actions import act
from reports.enums import PublicStatus, ResidentAction
from reports.models import Rating, Report
from tests.dispatch.factories import (
    NOW,
    make_cast,
    make_photo,
    make_report,
    make_resident,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError

pytestmark = pytest.mark.django_db


def rate(report: Report) -> None:
    Rating.objects.create(report=report, round=report.reopen_count, solved=True, score=5, at=NOW)
    apply_resident_action(
        report, ResidentAction.RATE, {"solved": True, "score": 5, "comment": ""}, now=NOW
    )
    report.refresh_from_db()


def test_it_works() -> None:
    report = make_report()
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=make_cast(), report=report)
    report.refresh_from_db()
    assert set(report.allowed_actions) == {"rate", "reopen"}
    rate(report)
    ticket.refresh_from_db()
    assert (ticket.status, report.public_status) == (TicketStatus.CLOSED, PublicStatus.CLOSED)
    assert TicketEvent.objects.filter(ticket=ticket, action="rate").get().data == {
        "solved": True,
        "score": 5,
    }


def test_each_resident_of_a_shared_ticket_rates_alone() -> None:
    cast = make_cast()
    first, second = make_report(), make_report(resident=make_resident("bob"))
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast, report=first)
    attach_report(second, ticket, now=NOW)
    from dispatch.domain.lifecycle import perform

    perform(ticket.pk, "verify", actor=cast.verifier, now=NOW)  # type: ignore[arg-type]
    first.refresh_from_db()
    rate(first)
    ticket.refresh_from_db()
    second.refresh_from_db()
    assert (ticket.status, first.public_status, second.public_status) == (
        "awaiting_rating",
        "closed",
        "awaiting_rating",
    )
    rate(second)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.CLOSED


def test_withdrawing_one_of_two_leaves_the_other() -> None:
    cast = make_cast()
    first, second = make_report(), make_report(resident=make_resident("bob"))
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=first)
    attach_report(second, ticket, now=NOW)
    first.refresh_from_db()
    apply_resident_action(first, ResidentAction.WITHDRAW, {"reason": "已自行解决"}, now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.public_status, first.allowed_actions, second.public_status) == (
        "withdrawn",
        [],
        "processing",
    )
    apply_resident_action(second, ResidentAction.WITHDRAW, {}, now=NOW)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.WITHDRAWN


def test_answering_a_question_brings_the_case_back() -> None:
    report = make_report()
    ticket = make_ticket(TicketStatus.NEED_INFO, cast=make_cast(), report=report)
    report.refresh_from_db()
    assert report.public_status == PublicStatus.NEED_INFO
    apply_resident_action(report, ResidentAction.SUPPLEMENT, {"text": "在村口第二个路灯"}, now=NOW)
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.ASSESSING


@pytest.mark.parametrize("status", [TicketStatus.NEED_INFO, TicketStatus.HANDLING])
def test_a_photo_alone_supplements(status: TicketStatus) -> None:
    report = make_report()
    ticket = make_ticket(status, cast=make_cast(), report=report)
    photo = make_photo(resident=report.resident)
    payload = {"text": "", "photos": [str(photo.pk)]}
    act(Report.objects.get(pk=report.pk), ResidentAction.SUPPLEMENT, payload=payload, now=NOW)
    event = TicketEvent.objects.filter(ticket=ticket).latest("seq")
    assert event.note == "补充了照片"
    assert list(event.event_photos.values_list("photo_id", flat=True)) == [photo.pk]


def test_withdrawing_before_triage_keeps_the_sweep_away() -> None:
    report = make_report()
    apply_resident_action(report, ResidentAction.WITHDRAW, {}, now=NOW)
    report.refresh_from_db()
    assert (report.public_status, report.triaged_at) == (PublicStatus.WITHDRAWN, NOW)
    assert not Ticket.objects.exists()


def test_it_forbids_what_the_state_does_not_allow() -> None:
    report = make_report()
    make_ticket(TicketStatus.HANDLING, cast=make_cast(), report=report)
    for action in (ResidentAction.WITHDRAW, ResidentAction.RATE, ResidentAction.REOPEN):
        with pytest.raises(ConflictError) as refused:
            apply_resident_action(
                report, action, {"solved": True, "score": 3, "reason": "x"}, now=NOW
            )
        assert refused.value.code == "action_not_allowed"


def test_after_reopening_everybody_may_rate_again() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast, report=report)
    rate(report)
    apply_resident_action(report, ResidentAction.REOPEN, {"reason": "又堆上了"}, now=NOW)
    report.refresh_from_db()
    ticket.refresh_from_db()
    assert (report.reopen_count, ticket.status) == (1, TicketStatus.ASSESSING)


def test_time_closes_and_archives_and_brings_questions_back() -> None:
    cast = make_cast()
    rated = make_ticket(TicketStatus.AWAITING_RATING, cast=cast)
    asked = make_ticket(TicketStatus.NEED_INFO, cast=cast)
    waiting = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert run_timers(now=NOW + timedelta(hours=1)) == 0
    assert run_timers(now=NOW + timedelta(days=8)) == 3
    assert run_timers(now=NOW + timedelta(days=8)) == 0
    statuses = {
        ticket.pk: Ticket.objects.get(pk=ticket.pk).status for ticket in (rated, asked, waiting)
    }
    assert statuses == {rated.pk: "closed", asked.pk: "assessing", waiting.pk: "handling"}
    assert run_timers(now=NOW + timedelta(days=39)) == 1
    assert Ticket.objects.get(pk=rated.pk).status == TicketStatus.ARCHIVED
