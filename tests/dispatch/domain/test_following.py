"""Deadlines that move: cards go with them, and children keep up with the matter they are a part of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dispatch.domain.alerts import Alert
from dispatch.domain.calendar import DayWish, set_days
from dispatch.domain.calendar_rounds import recompute_dues
from dispatch.domain.fields import Fields
from dispatch.domain.ledger import verify
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import attach_report
from dispatch.domain.timers import deal_cards
from dispatch.enums import CalendarDayType, LimitUnit, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, CalendarDay, HandlingLimit, Ticket
from dispatch.queries.calendar import forget_calendar
from dispatch.queries.limits import forget_limits
from reports.enums import Urgency
from tests.dispatch.domain.test_splitting import split
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_report, make_ticket

pytestmark = pytest.mark.django_db

CLOSED = DayWish(date(2026, 11, 25), date(2026, 11, 26), CalendarDayType.CLOSURE, "台风停工")
FIRE = Alert(Urgency.P0, "险情词“着火”", hazard="fire")
SECOND = timedelta(seconds=1)


@pytest.fixture
def cast() -> Cast:
    CalendarDay.objects.create(date=date(2026, 1, 1), type=CalendarDayType.HOLIDAY, name="元旦")
    forget_calendar()
    forget_limits()
    return make_cast()


def change_calendar(wish: DayWish, now: object = NOW) -> None:
    recompute_dues(set_days(wish, user=None, now=NOW).pk, now=now)  # type: ignore[arg-type]


def urgent_limit() -> None:
    HandlingLimit.objects.create(stage="handle", urgency="P0", minutes=120, unit=LimitUnit.NATURAL)
    forget_limits()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def actions(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("action", flat=True))


def test_a_red_card_goes_when_the_deadline_moves_ahead(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = ticket.due_at
    assert due is not None
    deal_cards(now=due + SECOND)
    assert fresh(ticket).card == "red"
    change_calendar(CLOSED, now=due + SECOND)
    ticket = fresh(ticket)
    assert ticket.due_at == due + timedelta(days=2)
    assert (ticket.card, ticket.card_level) == ("", 0)
    assert ticket.wake_at is not None
    assert due < ticket.wake_at < ticket.due_at
    assert deal_cards(now=ticket.wake_at) == 1
    assert fresh(ticket).card == "yellow"


def test_who_stays_overdue_keeps_the_card_and_is_not_told_twice(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = ticket.due_at
    assert due is not None
    deal_cards(now=due + SECOND)
    much_later = due + timedelta(days=2, hours=1)
    change_calendar(CLOSED, now=much_later)
    ticket = fresh(ticket)
    assert (ticket.due_at, ticket.card) == (due + timedelta(days=2), "red")
    deal_cards(now=much_later)
    assert actions(ticket).count("red_card") == 1
    assert ticket.wake_at is not None
    assert ticket.wake_at > much_later
    deal_cards(now=ticket.wake_at)
    assert fresh(ticket).card_level == 2


def test_a_child_keeps_to_its_parent_both_ways(cast: Cast) -> None:
    parent = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = parent.due_at
    assert due is not None
    (child,) = split(parent, cast, now=NOW + timedelta(hours=30))  # its own limit ends later
    assert child.due_at == due
    change_calendar(CLOSED)
    parent, child = fresh(parent), fresh(child)
    assert parent.due_at == child.due_at == due + timedelta(days=2)
    change_calendar(DayWish(CLOSED.first, CLOSED.last, None, "恢复上班"))
    child = fresh(child)
    assert child.due_at == due
    assert child.sign_due_at is not None
    assert child.sign_due_at <= due
    assert list(verify(ticket_ids=[parent.pk, child.pk])) == []


def test_a_date_given_to_a_child_is_only_ever_shortened(cast: Cast) -> None:
    change_calendar(CLOSED)
    parent = make_ticket(TicketStatus.HANDLING, cast=cast)
    long_due = parent.due_at
    assert long_due is not None
    (child,) = split(parent, cast, promised_due=long_due - timedelta(hours=1))
    change_calendar(DayWish(CLOSED.first, CLOSED.last, None, "恢复上班"))
    shorter = fresh(parent).due_at
    assert shorter is not None
    assert shorter < long_due
    assert fresh(child).due_at == shorter
    change_calendar(CLOSED)
    assert fresh(parent).due_at == long_due
    assert fresh(child).due_at == shorter


def test_an_extension_of_the_parent_gives_the_child_its_own_limit_back(cast: Cast) -> None:
    parent = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = parent.due_at
    (child,) = split(parent, cast, now=NOW + timedelta(hours=30))
    for action, actor in ((Act.REQUEST_EXTENSION, cast.head), (Act.GRANT_EXTENSION, cast.lead)):
        perform(parent.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    parent, child = fresh(parent), fresh(child)
    assert due is not None
    assert parent.due_at is not None
    assert child.due_at is not None
    assert due < child.due_at < parent.due_at


def test_an_urgent_parent_makes_its_children_urgent_and_rings_once(cast: Cast) -> None:
    parent = make_ticket(TicketStatus.HANDLING, cast=cast)
    (child,) = split(parent, cast)
    before = child.due_at
    urgent_limit()
    attach_report(make_report(text="这里着火了"), parent, now=NOW, alert=FIRE)
    parent, child = fresh(parent), fresh(child)
    assert (parent.urgency, child.urgency) == ("P0", "P0")
    assert before is not None
    assert child.due_at is not None
    assert parent.due_at is not None
    assert child.due_at <= parent.due_at < before
    assert child.events.order_by("-seq")[0].data["raised"]["was"] == "P2"
    assert list(Alarm.objects.values_list("ticket_id", flat=True)) == [parent.pk]


def test_a_child_on_hold_comes_back_within_its_parents_time(cast: Cast) -> None:
    parent = make_ticket(TicketStatus.HANDLING, cast=cast)
    (child,) = split(parent, cast)
    perform(child.pk, Act.ACCEPT, actor=cast.outsider, now=NOW)
    for action, actor in (
        (Act.REQUEST_SUSPENSION, cast.outsider_head),
        (Act.GRANT_SUSPENSION, cast.lead),
    ):
        perform(child.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    urgent_limit()
    attach_report(make_report(text="这里着火了"), parent, now=NOW, alert=FIRE)
    later = NOW + timedelta(minutes=5)
    perform(child.pk, Act.RESUME, actor=cast.lead, now=later, fields=Fields(note="恢复"))
    child, parent = fresh(child), fresh(parent)
    assert child.due_at == parent.due_at
    assert child.due_unit == parent.due_unit == LimitUnit.NATURAL
