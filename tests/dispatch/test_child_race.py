"""A parent is verified while its child is brought back: one of the two happens."""

from __future__ import annotations

from functools import partial

import pytest

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.timers import deal_cards
from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from tests.dispatch.domain.test_splitting import finished, split, work_off
from tests.dispatch.factories import NOW, make_cast, make_ticket
from tests.dispatch.test_lock_order import ROUNDS, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_verified_parent_never_has_an_open_child() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
        child = work_off(split(ticket, cast)[0], cast)
        finished(ticket, cast)
        outcomes = together(
            partial(perform, ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW),
            partial(
                perform, child.pk, Act.REOPEN, actor=cast.lead, now=NOW, fields=Fields(note="未清")
            ),
        )
        assert sorted(outcomes) in (["children_open", "done"], ["done", "parent_closed"])
        ticket.refresh_from_db()
        child.refresh_from_db()
        assert (ticket.status == TicketStatus.AWAITING_RATING) != (child.status in OPEN_STATUSES)


def test_two_beats_at_once_give_one_card() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
        assert ticket.wake_at is not None
        together(*(partial(deal_cards, now=ticket.wake_at) for _ in range(2)))
        assert ticket.events.filter(action=Act.YELLOW_CARD).count() == 1


def test_two_splits_of_one_ticket_both_count() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    fields = Fields(task="清运", departments=(cast.enforcement,))
    outcomes = together(
        *(partial(perform, ticket.pk, Act.SPLIT, actor=cast.lead, now=NOW, fields=fields),) * 2
    )
    assert outcomes == ["done", "done"]
    ticket.refresh_from_db()
    assert ticket.child_count == Ticket.objects.filter(parent=ticket).count() == 2
