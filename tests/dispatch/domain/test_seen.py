"""What is unread to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.actors import Actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.seen import mark_all_read, mark_read
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket, TicketSeen
from dispatch.queries.tray import (
    TAB_BY_CODE,
    my_mentions,
    soon_tickets,
    tab_tickets,
    unread_counts,
    unread_mentions,
    unread_tickets,
)
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def user_id(actor: Actor) -> int:
    assert actor.user_id is not None
    return actor.user_id


def unread(actor: Actor) -> list[int]:
    return list(unread_tickets(actor, user_id(actor)).order_by("pk").values_list("pk", flat=True))


def read(ticket: Ticket, actor: Actor) -> bool:
    ticket.refresh_from_db()
    return mark_read(ticket, user_id=user_id(actor), now=NOW)


def test_a_new_assignment_is_unread_to_each_person_of_the_department(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert unread(cast.handler) == unread(cast.head) == [ticket.pk]
    assert unread(cast.outsider) == unread(cast.dispatcher) == []

    read(ticket, cast.handler)
    assert unread(cast.handler) == []
    assert unread(cast.head) == [ticket.pk]


def test_an_event_by_somebody_else_makes_it_unread_again(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    read(ticket, cast.handler)
    fields = fields_for(Act.SUPERVISE, cast)
    perform(ticket.pk, Act.SUPERVISE, actor=cast.lead, now=NOW, fields=fields)
    assert unread(cast.handler) == [ticket.pk]


def test_what_left_the_department_is_in_nobodys_inbox(cast: Cast) -> None:
    for status in (TicketStatus.ASSESSING, TicketStatus.CLOSED, TicketStatus.AWAITING_RATING):
        make_ticket(status, cast=cast)
    assert unread(cast.handler) == []


def test_opening_twice_writes_once(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert read(ticket, cast.handler)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not mark_read(ticket, user_id=user_id(cast.handler), now=NOW)
    assert [row["sql"].split()[0] for row in queries] == ["SELECT"]
    assert TicketSeen.objects.get().version == ticket.version


def test_an_older_page_never_makes_read_what_came_later(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    old = Ticket.objects.get(pk=ticket.pk)
    perform(ticket.pk, Act.ACCEPT, actor=cast.head, now=NOW)
    read(ticket, cast.handler)
    assert not mark_read(old, user_id=user_id(cast.handler), now=NOW)
    assert unread(cast.handler) == []


def test_all_are_marked_at_once(cast: Cast) -> None:
    first = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    make_ticket(TicketStatus.HANDLING, cast=cast)
    read(first, cast.handler)
    perform(first.pk, Act.ACCEPT, actor=cast.head, now=NOW)
    assert mark_all_read(cast.handler, now=NOW) == 2
    assert unread(cast.handler) == []
    assert mark_all_read(cast.handler, now=NOW) == 0
    assert len(unread(cast.head)) == 2
    assert mark_all_read(Actor(), now=NOW) == 0


def test_the_counts_are_those_of_the_tabs(cast: Cast) -> None:
    make_ticket(TicketStatus.DISPATCHED, cast=cast)
    make_ticket(TicketStatus.HANDLING, cast=cast)
    seen = make_ticket(TicketStatus.HANDLING, cast=cast)
    read(seen, cast.handler)
    later = NOW + timedelta(days=30)
    counts = unread_counts(cast.handler, user_id(cast.handler), now=later)
    assert (counts["unread"], counts["dispatched"], counts["handling"]) == (2, 1, 1)
    assert counts["overdue"] == 2
    assert unread_counts(cast.dispatcher, user_id(cast.dispatcher), now=later) == {}


def test_soon_is_what_is_due_within_a_working_day(cast: Cast) -> None:
    near = make_ticket(TicketStatus.HANDLING, cast=cast)
    far = make_ticket(TicketStatus.HANDLING, cast=cast)
    Ticket.objects.filter(pk=near.pk).update(next_due_at=NOW + timedelta(hours=3))
    Ticket.objects.filter(pk=far.pk).update(next_due_at=NOW + timedelta(days=9))
    assert list(soon_tickets(cast.handler, now=NOW)) == [near]
    rows = tab_tickets(cast.handler, user_id(cast.handler), TAB_BY_CODE["soon"], now=NOW)
    assert list(rows) == [near]


def test_a_mention_is_read_when_its_ticket_is(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    perform(
        ticket.pk,
        Act.NOTE,
        actor=cast.lead,
        now=NOW,
        fields=Fields(note="@sanitation @verifier 看"),
    )
    for actor in (cast.handler, cast.verifier):
        mine = user_id(actor)
        assert unread_mentions(actor, mine).count() == 1
        read(ticket, actor)
        assert unread_mentions(actor, mine).count() == 0
        assert len(my_mentions(actor, mine)) == 1


def test_a_mention_is_read_with_todays_rights(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    perform(ticket.pk, Act.NOTE, actor=cast.lead, now=NOW, fields=Fields(note="@sanitation 看"))
    ticket.assignments.update(department=cast.enforcement)
    assert my_mentions(cast.handler, user_id(cast.handler)) == []
