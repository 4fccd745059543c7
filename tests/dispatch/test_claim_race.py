"""Two dispatchers at the same case at the same time: one claim, one decision."""

from __future__ import annotations

from functools import partial
from typing import cast as typed

import pytest

from dispatch.domain.claims import CLAIM_TIME, claim_ticket, release_claim
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Staff, TicketClaim
from tests.dispatch.factories import NOW, fields_for, make_cast, make_ticket
from tests.dispatch.test_lock_order import ROUNDS, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("stale", [False, True])
def test_one_of_two_claims_holds(*, stale: bool) -> None:
    cast = make_cast()
    people = [typed("Staff", actor.user) for actor in (cast.dispatcher, cast.lead)]
    for _ in range(ROUNDS):
        ticket = make_ticket(cast=cast)
        if stale:
            gone = typed("Staff", cast.verifier.user)
            claim_ticket(ticket.pk, staff=gone, now=NOW - CLAIM_TIME)
        seen: dict[int, int] = {}

        def claim(staff: Staff, pk: int = ticket.pk, seen: dict[int, int] = seen) -> None:
            seen[staff.pk] = claim_ticket(pk, staff=staff, now=NOW).staff_id

        assert together(*(partial(claim, staff) for staff in people)) == ["done", "done"]
        holder = TicketClaim.objects.get(ticket=ticket).staff_id
        assert set(seen.values()) == {holder}  # both were told the same one


def test_claiming_while_it_is_released_ends_with_one_holder() -> None:
    cast = make_cast()
    one, two = (typed("Staff", actor.user) for actor in (cast.dispatcher, cast.lead))
    for _ in range(ROUNDS):
        ticket = make_ticket(cast=cast)
        claim_ticket(ticket.pk, staff=one, now=NOW)
        outcomes = together(
            partial(release_claim, ticket.pk, staff=one),
            partial(claim_ticket, ticket.pk, staff=two, now=NOW),
        )
        assert outcomes == ["done", "done"]
        assert TicketClaim.objects.filter(ticket=ticket, staff=one).count() == 0


def test_one_of_two_decisions_wins() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        ticket = make_ticket(cast=cast)
        outcomes = together(
            *(
                partial(
                    perform, ticket.pk, Act.DISPATCH, actor=actor, now=NOW,
                    fields=fields_for(Act.DISPATCH, cast), expected_version=ticket.version,
                )
                for actor in (cast.dispatcher, cast.lead)
            )
        )  # fmt: skip
        assert sorted(outcomes) == ["done", "ticket_changed"]
        ticket.refresh_from_db()
        assert ticket.status == TicketStatus.DISPATCHED
        assert ticket.events.filter(action=Act.DISPATCH).count() == 1
