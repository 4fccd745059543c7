"""What time alone does: each once, each through the door, one bad row stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.domain.actors import SYSTEM
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.timers import deal_cards, run_timers
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from reports.enums import PublicStatus
from tests.dispatch.factories import NOW, fields_for, make_cast, make_report, make_ticket
from xiangcun.lib.errors import ConflictError, InvalidInputError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "days", "end", "action"),
    [
        (TicketStatus.NEED_INFO, 3, TicketStatus.ASSESSING, Act.EXPIRE_INFO),
        (TicketStatus.AWAITING_RATING, 7, TicketStatus.CLOSED, Act.CLOSE_UNRATED),
        (TicketStatus.CLOSED, 30, TicketStatus.ARCHIVED, Act.ARCHIVE),
    ],
)
def test_a_state_ends_after_its_days_and_once(
    start: TicketStatus, days: int, end: TicketStatus, action: Act
) -> None:
    ticket = make_ticket(start, cast=make_cast())
    due = NOW + timedelta(days=days)
    assert run_timers(now=due - timedelta(seconds=1)) == 0
    assert run_timers(now=due) == 1
    assert run_timers(now=due) == 0
    ticket.refresh_from_db()
    last = ticket.events.order_by("-seq")[0]
    assert (ticket.status, last.action, last.role) == (end, action, "system")


def test_an_unanswered_question_comes_back_and_is_never_rejected() -> None:
    report = make_report()
    ticket = make_ticket(TicketStatus.NEED_INFO, cast=make_cast(), report=report)
    run_timers(now=NOW + timedelta(days=3))
    report.refresh_from_db()
    ticket.refresh_from_db()
    assert report.public_status == PublicStatus.RECEIVED
    assert ticket.assess_due_at is not None
    assert ticket.assess_due_at > NOW + timedelta(days=3)


def test_no_answer_is_a_bucket_of_its_own() -> None:
    report = make_report()
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=make_cast(), report=report)
    run_timers(now=NOW + timedelta(days=7))
    report.refresh_from_db()
    assert report.public_status == PublicStatus.CLOSED
    assert not report.ratings.exists()
    assert ticket.events.order_by("-seq")[0].data == {}
    assert "未收到评价" in report.updates.order_by("-id")[0].text


def test_a_lapsed_return_window_signs_for_the_department() -> None:
    """Friday 10:00 plus one working day is Monday 10:00, whatever the weekend."""
    cast = make_cast()
    friday = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=friday)
    monday = friday + timedelta(days=3)
    assert run_timers(now=friday + timedelta(days=2)) == 0
    assert run_timers(now=monday) == 0
    assert run_timers(now=monday + timedelta(minutes=1)) == 1
    assert run_timers(now=monday + timedelta(minutes=1)) == 0
    ticket.refresh_from_db()
    assert (ticket.status, ticket.signed_at) == (
        TicketStatus.HANDLING,
        monday + timedelta(minutes=1),
    )
    with pytest.raises(ConflictError):
        perform(
            ticket.pk, Act.RETURN, actor=cast.head, now=monday, fields=fields_for(Act.RETURN, cast)
        )


def suspended() -> Ticket:
    return make_ticket(TicketStatus.SUSPENDED, cast=make_cast())


def midnight(ticket: Ticket) -> datetime:
    assert ticket.review_at is not None
    day = ticket.review_at
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


def test_a_suspension_is_called_for_review_once_on_its_day() -> None:
    ticket = suspended()
    due = midnight(ticket)
    with pytest.raises(ConflictError) as early:
        perform(ticket.pk, Act.REVIEW_SUSPENSION, actor=SYSTEM, now=due - timedelta(seconds=1))
    assert early.value.code == "not_due"
    assert deal_cards(now=due - timedelta(seconds=1)) == 0
    assert deal_cards(now=due) == 1
    assert deal_cards(now=due + timedelta(days=1)) == 0
    ticket.refresh_from_db()
    assert (ticket.status, ticket.card) == (TicketStatus.SUSPENDED, "")
    assert ticket.events.order_by("-seq")[0].action == Act.REVIEW_SUSPENSION


def test_the_lead_names_another_day_and_is_called_again_then() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast, report=report)
    due = midnight(ticket)
    deal_cards(now=due)
    later = (due + timedelta(days=41)).date()
    fields = Fields(review_at=later, note="仍在等管线改迁", public_text="管线改迁尚未完成。")
    moved = perform(ticket.pk, Act.EXTEND_SUSPENSION, actor=cast.lead, now=due, fields=fields)
    assert (moved.status, moved.review_at, moved.due_at) == ("suspended", later, ticket.due_at)
    told = report.updates.order_by("-id")[0].text
    assert told == f"管线改迁尚未完成。\n继续挂账，将于 {later} 前复核。"
    assert deal_cards(now=due + timedelta(days=20)) == 0
    assert deal_cards(now=midnight(moved)) == 1


@pytest.mark.parametrize("days", [0, 91])
def test_another_review_day_is_within_90_days(days: int) -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast)
    day = (NOW + timedelta(days=days)).date()
    with pytest.raises(InvalidInputError, match="review_out_of_range"):
        perform(
            ticket.pk, Act.EXTEND_SUSPENSION, actor=cast.lead, now=NOW,
            fields=Fields(review_at=day, note="再等等"),
        )  # fmt: skip


def test_one_ticket_that_refuses_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    first, second = (make_ticket(TicketStatus.CLOSED, cast=cast) for _ in range(2))
    real = perform

    def moody(ticket_id: int, *args: object, **kwargs: object) -> Ticket:
        if ticket_id == first.pk:
            raise ConflictError("ticket_changed", "被抢先")
        return real(ticket_id, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("dispatch.domain.timers.perform", moody)
    assert run_timers(now=NOW + timedelta(days=30)) == 1
    second.refresh_from_db()
    assert second.status == TicketStatus.ARCHIVED
