"""Yellow and red cards: when, how often, for whom, and what takes them away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.domain import cards
from dispatch.domain.actors import SYSTEM
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.timers import deal_cards
from dispatch.enums import LimitStage, LimitUnit, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import HandlingLimit, Ticket, TicketEvent
from dispatch.queries.limits import forget_limits
from reports.enums import Urgency
from reports.models import ReportUpdate
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_ticket
from xiangcun.lib.errors import ConflictError

pytestmark = pytest.mark.django_db
CARDS = (Act.YELLOW_CARD, Act.RED_CARD)


def limit(stage: LimitStage, minutes: int, unit: LimitUnit = LimitUnit.WORK) -> None:
    HandlingLimit.objects.update_or_create(
        stage=stage,
        category=None,
        grid=None,
        urgency="",
        defaults={"minutes": minutes, "unit": unit},
    )
    forget_limits()


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    forget_limits()


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 by Shanghai's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def handled_in(minutes: int, cast: Cast, *, unit: LimitUnit = LimitUnit.WORK) -> Ticket:
    limit(LimitStage.HANDLE, minutes, unit)
    return make_ticket(TicketStatus.HANDLING, cast=cast)


def given(ticket: Ticket) -> list[tuple[str, int | None]]:
    rows = ticket.events.filter(action__in=CARDS).order_by("seq")
    return [(row.action, row.data.get("level")) for row in rows]


def test_a_short_limit_is_yellow_at_a_quarter_left_and_not_from_birth() -> None:
    # Tuesday 10:00 and half a working day (of 7.5 hours), lunch between; a quarter is 56 minutes.
    ticket = handled_in(240, make_cast())
    assert ticket.due_at == local(24, 15, 15)
    assert deal_cards(now=local(24, 14, 18)) == 0
    assert deal_cards(now=local(24, 14, 19)) == 1
    ticket.refresh_from_db()
    assert (ticket.card, ticket.card_level) == ("yellow", 0)


def test_a_long_limit_is_yellow_one_working_day_before_its_end() -> None:
    ticket = handled_in(7 * 480, make_cast())  # a quarter would be nearly two days
    due = ticket.due_at
    assert due is not None
    assert ticket.wake_at is not None
    assert due - ticket.wake_at == timedelta(days=1)
    assert deal_cards(now=ticket.wake_at - timedelta(minutes=1)) == 0
    assert deal_cards(now=ticket.wake_at) == 1


def test_red_goes_to_the_head_and_after_another_span_to_the_lead_and_then_stops() -> None:
    ticket = handled_in(240, make_cast())
    for moment in (local(24, 14, 30), local(24, 15, 30), local(24, 16, 10)):
        deal_cards(now=moment)
        deal_cards(now=moment)  # twice changes nothing
    assert given(ticket) == [(Act.YELLOW_CARD, None), (Act.RED_CARD, 1)]
    assert deal_cards(now=local(24, 16, 11)) == 1
    assert deal_cards(now=local(27, 16, 30)) == 0
    assert given(ticket)[-1] == (Act.RED_CARD, 2)
    last = ticket.events.order_by("-seq")[0]
    assert (last.data["to"], last.data["stage"], last.role) == ("lead", "handle", "system")
    ticket.refresh_from_db()
    assert (ticket.card, ticket.card_level, ticket.wake_at) == ("red", 2, None)
    assert not ReportUpdate.objects.filter(at__gte=local(24, 14)).exists()


def test_a_timer_that_slept_over_yellow_gives_red_at_once() -> None:
    ticket = handled_in(240, make_cast())
    assert deal_cards(now=local(24, 15, 45)) == 1
    assert given(ticket) == [(Act.RED_CARD, 1)]


@pytest.mark.parametrize("urgency", [Urgency.P0, Urgency.P1])
def test_p0_and_p1_run_through_the_night(urgency: Urgency) -> None:
    cast = make_cast()
    limit(LimitStage.HANDLE, 24 * 60, LimitUnit.NATURAL)
    limit(LimitStage.SIGN, 30, LimitUnit.NATURAL)
    ticket = make_ticket(cast=cast)
    fields = replace(fields_for(Act.DISPATCH, cast), urgency=urgency)
    ticket = perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)
    assert ticket.wake_at == NOW + timedelta(minutes=23)  # 30 minutes to sign, 7 of them left
    ticket = perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    assert ticket.wake_at == NOW + timedelta(hours=18)  # 04:00 at night
    assert deal_cards(now=NOW + timedelta(hours=18)) == 1
    assert deal_cards(now=NOW + timedelta(hours=24)) == 1
    assert deal_cards(now=NOW + timedelta(hours=30) - timedelta(minutes=1)) == 0
    assert deal_cards(now=NOW + timedelta(hours=30)) == 1


def test_signing_late_gives_cards_too_and_signing_takes_them_away() -> None:
    cast = make_cast()
    limit(LimitStage.SIGN, 60)
    limit(LimitStage.HANDLE, 2400)
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert deal_cards(now=local(24, 10, 45)) == 1
    assert deal_cards(now=local(24, 11, 0)) == 1
    event = ticket.events.order_by("-seq")[0]
    assert (event.action, event.data["stage"]) == (Act.RED_CARD, "sign")
    ticket = perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=local(24, 11, 1))
    assert (ticket.card, ticket.card_level) == ("", 0)
    assert deal_cards(now=local(24, 17)) == 0


def test_an_extension_takes_the_card_away_and_a_refused_one_does_not() -> None:
    cast = make_cast()
    ticket = handled_in(240, cast)
    deal_cards(now=local(24, 14, 30))
    soon = local(24, 14, 40)
    for answer, card in ((Act.DENY_EXTENSION, "yellow"), (Act.GRANT_EXTENSION, "")):
        fields = Fields(note="等配件", new_due=local(26, 10))
        perform(ticket.pk, Act.REQUEST_EXTENSION, actor=cast.head, now=soon, fields=fields)
        moved = perform(ticket.pk, answer, actor=cast.lead, now=soon, fields=Fields(note="好"))
        assert moved.card == card
    assert moved.due_at == local(26, 10)
    assert deal_cards(now=local(24, 17)) == 0
    assert deal_cards(now=local(26, 10)) == 1


def test_a_suspended_ticket_gets_none_and_a_resumed_one_counts_what_was_left() -> None:
    cast = make_cast()
    ticket = handled_in(240, cast)
    for action, actor in ((Act.REQUEST_SUSPENSION, cast.head), (Act.GRANT_SUSPENSION, cast.lead)):
        perform(ticket.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    assert deal_cards(now=NOW + timedelta(days=20)) == 0
    ticket = perform(ticket.pk, Act.RESUME, actor=cast.head, now=local(27, 8, 30))
    assert ticket.due_at == local(27, 13, 45)
    assert ticket.card == ""
    assert deal_cards(now=local(27, 11, 18)) == 0
    assert deal_cards(now=local(27, 11, 19)) == 1


def test_leaving_the_state_takes_the_card_away() -> None:
    cast = make_cast()
    ticket = handled_in(240, cast)
    deal_cards(now=local(24, 15, 30))
    now = local(24, 16)
    done = perform(
        ticket.pk, Act.FINISH, actor=cast.handler, now=now, fields=fields_for(Act.FINISH, cast)
    )
    assert (done.card, done.card_level, done.wake_at) == ("", 0, None)
    back = perform(
        ticket.pk, Act.REWORK, actor=cast.verifier, now=now, fields=Fields(note="没做完")
    )
    assert back.wake_at == back.due_at  # overdue already: red at the next look
    assert deal_cards(now=now) == 1


def test_nobody_gives_a_card_by_hand_or_before_its_time() -> None:
    ticket = handled_in(240, make_cast())
    for action in CARDS:
        with pytest.raises(ConflictError) as refused:
            perform(ticket.pk, action, actor=SYSTEM, now=NOW)
        assert refused.value.code == "not_due"


def test_a_run_reads_what_is_due_and_nothing_else(
    django_assert_num_queries: object,
) -> None:
    cast = make_cast()
    for _ in range(3):
        handled_in(2400, cast)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert deal_cards(now=NOW) == 0


def test_a_row_that_means_nothing_is_not_read_for_ever() -> None:
    ticket = make_ticket(cast=make_cast())
    Ticket.objects.filter(pk=ticket.pk).update(wake_at=NOW)
    assert deal_cards(now=NOW) == 0
    ticket.refresh_from_db()
    assert ticket.wake_at is None
    assert not TicketEvent.objects.filter(action__in=CARDS).exists()


def test_every_open_state_with_a_deadline_of_a_department_is_watched() -> None:
    cast = make_cast()
    for status in TicketStatus:
        ticket = make_ticket(status, cast=cast)
        watched = ticket.status in cards.CARDED or ticket.status == TicketStatus.SUSPENDED
        assert (ticket.wake_at is not None) == watched, status
