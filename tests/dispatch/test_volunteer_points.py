"""Points at verification: who earns, what earns nothing, and that no history pays twice."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.domain.lifecycle import perform
from dispatch.domain.volunteer_points import pay_verified
from dispatch.enums import Outcome, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.domain.points import earned_on, reverse_entry
from reports.enums import ReportKind, Urgency
from reports.models import PointsEntry, Report, Resident, Volunteer
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import EARNING, PointsKind
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_report,
    make_resident,
    make_ticket,
)
from tests.volunteering import check_ledger, make_volunteer
from xiangcun.lib.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def alice() -> Resident:
    return make_resident("alice")


def ledger(volunteer: Volunteer) -> list[tuple[str, int]]:
    rows = PointsEntry.objects.filter(volunteer=volunteer).order_by("seq")
    return list(rows.values_list("kind", "amount"))


def handled(cast: Cast, *, outcome: Outcome = Outcome.SOLVED, **report: Any) -> Ticket:
    """Return a ticket of this report that waits for its verification."""
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=make_report(**report))
    fields = fields_for(Act.FINISH, cast)
    values = {name: getattr(fields, name) for name in fields.__dataclass_fields__}
    done = type(fields)(**{**values, "outcome": outcome})
    return perform(ticket.pk, Act.FINISH, actor=cast.handler, now=NOW, fields=done)


def verify(ticket: Ticket, cast: Cast, *, now: datetime = NOW) -> None:
    fields = fields_for(Act.VERIFY, cast, now=now)
    perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=now, fields=fields)


def test_it_pays_at_verification_and_not_before(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    assert ledger(volunteer) == []
    verify(ticket, cast)
    assert ledger(volunteer) == [("report_verified", point_rules().report)]
    check_ledger(volunteer)
    assert (volunteer.balance, volunteer.earned) == (10, 10)
    entry = PointsEntry.objects.get()
    assert entry.report is not None
    assert entry.report.resident == alice


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.TEMPORARY, Outcome.EXPLAINED])
def test_other_results_earn_as_well(cast: Cast, alice: Resident, outcome: Outcome) -> None:
    volunteer = make_volunteer(alice)
    verify(handled(cast, resident=alice, outcome=outcome), cast)
    assert len(ledger(volunteer)) == 1


def test_what_was_not_found_earns_nothing(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    verify(handled(cast, resident=alice, outcome=Outcome.NOT_FOUND), cast)
    assert ledger(volunteer) == []


@pytest.mark.parametrize(
    "report",
    [
        {"anonymous": True},
        {"text": "举报隔壁李某在家里聚众赌博"},
        {"text": "环卫所的人不作为，垃圾没人管"},
    ],
)
def test_anonymous_and_against_people_earns_nothing(
    cast: Cast, alice: Resident, report: dict[str, Any]
) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    Report.objects.filter(ticket_report__ticket=ticket).update(**report)
    verify(ticket, cast)
    assert ledger(volunteer) == []


def test_confidential_earns_nothing(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    verify(ticket, cast)
    assert ledger(volunteer) == []


@pytest.mark.parametrize("kind", [ReportKind.OPINION, ReportKind.PRAISE])
def test_a_letter_earns_nothing(cast: Cast, alice: Resident, kind: ReportKind) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    Ticket.objects.filter(pk=ticket.pk).update(kind=kind)
    ticket.refresh_from_db()
    assert pay_verified(ticket, now=NOW) == 0
    assert ledger(volunteer) == []


def test_who_is_no_volunteer_is_paid_nothing_later(cast: Cast, alice: Resident) -> None:
    verify(handled(cast, resident=alice), cast)
    assert ledger(make_volunteer(alice)) == []


def test_danger_earns_more(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    Ticket.objects.filter(pk=ticket.pk).update(urgency=Urgency.P0)
    verify(ticket, cast)
    assert ledger(volunteer) == [("report_verified", 20)]


def test_a_duplicate_earns_less_and_one_person_once(cast: Cast, alice: Resident) -> None:
    first, second = make_volunteer(alice), make_volunteer(make_resident("bob"))
    target = make_ticket(TicketStatus.HANDLING, cast=cast, report=make_report(resident=alice))
    for resident in (second.resident, second.resident, alice):
        later = NOW + timedelta(minutes=5)
        joined = make_ticket(cast=cast, report=make_report(resident=resident, now=later))
        fields = fields_for(Act.MERGE, cast, target=target)
        perform(joined.pk, Act.MERGE, actor=cast.dispatcher, now=NOW, fields=fields)
    perform(target.pk, Act.FINISH, actor=cast.handler, now=NOW, fields=fields_for(Act.FINISH, cast))
    verify(target, cast)
    assert ledger(first) == [("report_verified", 10)]
    assert ledger(second) == [("duplicate_verified", 3)]


def test_reopened_and_verified_again_pays_once(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    ticket = handled(cast, resident=alice)
    verify(ticket, cast)
    for action, actor in (
        (Act.REOPEN, cast.lead),
        (Act.DISPATCH, cast.dispatcher),
        (Act.ACCEPT, cast.handler),
        (Act.FINISH, cast.handler),
        (Act.VERIFY, cast.verifier),
    ):
        perform(ticket.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
    assert ledger(volunteer) == [("report_verified", 10)]


def test_the_cap_of_a_day_is_said(cast: Cast, alice: Resident) -> None:
    volunteer = make_volunteer(alice)
    for _number in range(4):
        verify(handled(cast, resident=alice), cast)
    assert [amount for _kind, amount in ledger(volunteer)] == [10, 10, 10, 0]
    last = PointsEntry.objects.filter(volunteer=volunteer).order_by("-seq")[0]
    assert (last.nominal, last.is_capped) == (10, True)
    verify(handled(cast, resident=alice), cast, now=NOW + timedelta(days=1))
    check_ledger(volunteer)
    assert volunteer.balance == 40


_MOVES = {
    TicketStatus.ASSESSING: (Act.DISPATCH, Act.MERGE),
    TicketStatus.DISPATCHED: (Act.ACCEPT,),
    TicketStatus.HANDLING: (Act.FINISH,),
    TicketStatus.HANDLED: (Act.VERIFY, Act.VERIFY, Act.REWORK),
    TicketStatus.AWAITING_RATING: (Act.REOPEN, Act.CLOSE_UNRATED),
    TicketStatus.CLOSED: (Act.REOPEN,),
    TicketStatus.MERGED: (Act.UNMERGE,),
}


@pytest.mark.parametrize("seed", range(4))
def test_no_history_pays_a_report_twice(cast: Cast, seed: int) -> None:
    """Random verifying, merging, unmerging, reopening and taking back over the same cases."""
    dice = random.Random(seed)
    people = [make_volunteer(make_resident(f"v{index}")) for index in range(3)]
    tickets = [
        make_ticket(cast=cast, report=make_report(resident=dice.choice(people).resident))
        for _number in range(5)
    ]
    for step in range(70):
        now = NOW + timedelta(minutes=7 * step)
        _random_step(dice, tickets, cast, now=now)
    for person in people:
        check_ledger(person)
        days = PointsEntry.objects.filter(volunteer=person).values_list("day", flat=True)
        assert all(earned_on(person.pk, day) <= point_rules().daily_cap for day in set(days))
        taken = PointsEntry.objects.filter(volunteer=person, kind=PointsKind.REVERSAL)
        assert all(row.reverses and row.amount == -row.reverses.amount for row in taken)
    paid = PointsEntry.objects.filter(kind__in=EARNING)
    reports = list(paid.values_list("report", flat=True))
    assert len(reports) == len(set(reports))
    assert reports


def _random_step(dice: random.Random, tickets: list[Ticket], cast: Cast, *, now: datetime) -> None:
    ticket = dice.choice(tickets)
    ticket.refresh_from_db()
    actors = {
        Act.ACCEPT: cast.handler, Act.FINISH: cast.handler, Act.VERIFY: cast.verifier,
        Act.REWORK: cast.verifier, Act.CLOSE_UNRATED: None,
    }  # fmt: skip
    moves = _MOVES.get(TicketStatus(ticket.status), ())
    try:
        if dice.random() < 0.1:
            entry = PointsEntry.objects.order_by("?").first()
            if entry is not None:
                reverse_entry(entry.pk, reason="查实为恶意上报", now=now)
        elif moves and (action := dice.choice(moves)) is not Act.CLOSE_UNRATED:
            fields = fields_for(action, cast, now=now, target=dice.choice(tickets))
            actor = actors.get(action) or cast.lead
            perform(ticket.pk, action, actor=actor, now=now, fields=fields)
    except DomainError:
        return  # not every die falls on something that may be done
