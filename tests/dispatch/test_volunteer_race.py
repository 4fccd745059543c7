"""A case is verified while its volunteer leaves, is erased, or becomes part of another account."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from reports.domain.erasing import erase_resident
from reports.domain.joining import absorb
from reports.domain.volunteers import leave_volunteers
from reports.models import PointsEntry, Report, Resident, Volunteer
from tests.dispatch.factories import NOW, fields_for, make_cast, make_report, make_ticket
from tests.dispatch.test_lock_order import ROUNDS, together
from tests.factories import make_resident
from tests.volunteering import check_ledger, give_points, make_volunteer

pytestmark = pytest.mark.django_db(transaction=True)


def _erase(person: Resident) -> None:
    erase_resident(person, now=NOW)


def _leave(person: Resident) -> None:
    leave_volunteers(person, now=NOW)


def _absorb(person: Resident) -> None:
    assert absorb(person, make_volunteer(make_resident("另一个账号")).resident, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("meanwhile", [_erase, _leave, _absorb])
def test_both_happen_and_the_ledger_is_right(meanwhile: Callable[[Resident], None]) -> None:
    cast = make_cast()
    for _round in range(ROUNDS):
        person = make_resident()
        volunteer = make_volunteer(person)
        give_points(volunteer, 5)
        ticket = make_ticket(TicketStatus.HANDLED, cast=cast, report=make_report(resident=person))
        fields = fields_for(Act.VERIFY, cast)
        outcomes = together(
            partial(perform, ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW, fields=fields),
            partial(meanwhile, person),
        )
        assert outcomes == ["done", "done"]
        for row in Volunteer.objects.all():
            check_ledger(row)
        volunteer.refresh_from_db()
        if volunteer.left_at is not None:
            assert (volunteer.balance, volunteer.nickname) == (0, "")
            assert not PointsEntry.objects.filter(
                volunteer=volunteer, report__isnull=False
            ).exists()
        paid = PointsEntry.objects.filter(kind="report_verified", volunteer=volunteer)
        assert paid.count() <= 1
    assert Report.objects.count() == ROUNDS
