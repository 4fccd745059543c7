"""Claims: one person a case, ended by the clock alone, taken over only by the lead and on record."""

from __future__ import annotations

from datetime import timedelta
from typing import cast as typed

import pytest

from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.claims import (
    CLAIM_TIME,
    claim_ticket,
    clean_claims,
    holder_of,
    release_claim,
    take_over_claim,
)
from dispatch.domain.lifecycle import perform
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Staff, TicketClaim
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_staff, make_ticket
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError

LATER = NOW + CLAIM_TIME


def staff_of(actor: Actor) -> Staff:
    return typed("Staff", actor.user)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_it_works(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    mine = claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    assert (mine.claimed_at, mine.expires_at) == (NOW, LATER)
    held = claim_ticket(ticket.pk, staff=staff_of(cast.lead), now=NOW + timedelta(minutes=1))
    assert held.staff == cast.dispatcher.user
    assert held.expires_at == LATER


def test_a_beat_renews_and_keeps_the_beginning(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    beat = NOW + timedelta(minutes=4)
    again = claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=beat)
    assert (again.claimed_at, again.expires_at) == (NOW, beat + CLAIM_TIME)


def test_it_runs_out_without_any_sweep(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    assert holder_of(ticket.pk, now=LATER - timedelta(seconds=1)) is not None
    assert holder_of(ticket.pk, now=LATER) is None
    taken = claim_ticket(ticket.pk, staff=staff_of(cast.lead), now=LATER)
    assert (taken.staff, taken.claimed_at) == (cast.lead.user, LATER)
    lost = claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=LATER)
    assert lost.staff == cast.lead.user


def test_only_ones_own_claim_is_released(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    release_claim(ticket.pk, staff=staff_of(cast.lead))
    assert holder_of(ticket.pk, now=NOW) is not None
    release_claim(ticket.pk, staff=staff_of(cast.dispatcher))
    assert holder_of(ticket.pk, now=NOW) is None


def test_the_lead_takes_over_on_record(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    taken = take_over_claim(ticket.pk, actor=cast.lead, reason="情况紧急", now=NOW)
    assert taken.staff == cast.lead.user
    event = ticket.events.get(action=Act.NOTE)
    assert event.note == "接手研判（原研判人：dispatcher）：情况紧急"
    assert event.actor == cast.lead.user
    # The version has moved: what the other one sees can no longer be decided.
    with pytest.raises(ConflictError):
        perform(
            ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW,
            fields=fields_for(Act.DISPATCH, cast), expected_version=ticket.version,
        )  # fmt: skip


def test_taking_over_a_free_case_leaves_no_line(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    take_over_claim(ticket.pk, actor=cast.lead, reason="无人研判", now=NOW)
    assert not ticket.events.filter(action=Act.NOTE).exists()
    assert holder_of(ticket.pk, now=NOW) is not None


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_it_validates_the_reason(cast: Cast, reason: str) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    with pytest.raises(InvalidInputError):
        take_over_claim(ticket.pk, actor=cast.lead, reason=reason, now=NOW)
    assert TicketClaim.objects.get(ticket=ticket).staff == cast.dispatcher.user
    assert ticket.events.count() == ticket.version


def test_it_forbids_a_dispatcher_to_take_over(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.lead), now=NOW)
    other = staff_actor(make_staff("dispatcher2", Role.DISPATCHER, cast.room))
    with pytest.raises(NotAllowedError):
        take_over_claim(ticket.pk, actor=other, reason="我来", now=NOW)
    assert TicketClaim.objects.get(ticket=ticket).staff == cast.lead.user


def test_a_decided_case_is_not_taken_over(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.CLOSED, cast=cast)
    claim_ticket(ticket.pk, staff=staff_of(cast.dispatcher), now=NOW)
    with pytest.raises(ConflictError):
        take_over_claim(ticket.pk, actor=cast.lead, reason="看看", now=NOW)
    assert TicketClaim.objects.get(ticket=ticket).staff == cast.dispatcher.user


def test_cleaning_removes_what_holds_nothing(cast: Cast) -> None:
    live, old, decided = (make_ticket(cast=cast) for _ in range(3))
    staff = staff_of(cast.dispatcher)
    claim_ticket(old.pk, staff=staff, now=NOW - CLAIM_TIME)
    claim_ticket(live.pk, staff=staff, now=NOW)
    claim_ticket(decided.pk, staff=staff, now=NOW)
    fields = fields_for(Act.DISPATCH, cast)
    perform(decided.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)
    assert clean_claims(now=NOW) == 2
    assert clean_claims(now=NOW) == 0
    assert list(TicketClaim.objects.values_list("ticket", flat=True)) == [live.pk]
