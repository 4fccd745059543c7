"""The last one on the shelf, the last place, the same tap twice: at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connections

from reports.domain.patrols import confirm_signup, join_patrol
from reports.domain.points import Verified, pay_reports
from reports.domain.reward_ends import give_back
from reports.domain.rewards import hand_over, redeem
from reports.domain.volunteers import Joining, join_volunteers
from reports.models import PatrolSignup, PointsEntry, Redemption, Volunteer
from reports.queries.notices import current_notice
from reports.volunteer_enums import HOLDS_PLACE, RedemptionState, SignupState
from tests.factories import NOW, make_report, make_resident
from tests.volunteering import (
    check_ledger,
    give_points,
    make_patrol,
    make_reward,
    make_signup,
    make_volunteer,
)
from xiangcun.lib.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


def together(*jobs: Callable[[], object]) -> list[str]:
    """Run the jobs at once; return "done" or the refusal's code of each; anything else is a fault."""
    barrier = threading.Barrier(len(jobs))
    outcomes = [""] * len(jobs)

    def run(index: int) -> None:
        barrier.wait()
        try:
            jobs[index]()
            outcomes[index] = "done"
        except DomainError as refused:
            outcomes[index] = refused.code
        except Exception as error:  # noqa: BLE001 - what a test wants to see
            outcomes[index] = repr(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_the_last_reward_goes_to_one() -> None:
    for _round in range(ROUNDS):
        reward, people = make_reward(stock=1), [make_volunteer() for _number in range(3)]
        for person in people:
            give_points(person, 20)
        outcomes = together(
            *(partial(redeem, one, reward.pk, client_id=uuid.uuid4(), now=NOW) for one in people)
        )
        assert sorted(outcomes) == ["done", "reward_sold_out", "reward_sold_out"]
        reward.refresh_from_db()
        assert reward.stock == 0
        for person in people:
            check_ledger(person)
        assert sum(person.balance for person in people) == 40


def test_two_taps_are_one_redemption_and_two_wishes_cannot_overdraw() -> None:
    for _round in range(ROUNDS):
        reward, person, number = make_reward(person_limit=5), make_volunteer(), uuid.uuid4()
        give_points(person, 30)
        same = partial(redeem, person, reward.pk, client_id=number, now=NOW)
        assert together(same, same) == ["done", "done"]
        assert Redemption.objects.filter(volunteer=person).count() == 1
        give_points(person, 10)  # now 20 again: enough for one more
        outcomes = together(
            *(partial(redeem, person, reward.pk, client_id=uuid.uuid4(), now=NOW) for _n in (1, 2))
        )
        assert sorted(outcomes) == ["done", "points_short"]
        check_ledger(person)
        assert person.balance == 0


def test_a_thing_is_handed_over_or_given_back_never_both() -> None:
    for _round in range(ROUNDS):
        reward, person = make_reward(), make_volunteer()
        give_points(person, 20)
        row = redeem(person, reward.pk, client_id=uuid.uuid4(), now=NOW)
        together(
            partial(hand_over, row.pk, now=NOW),
            partial(give_back, row.pk, state=RedemptionState.CANCELLED, now=NOW),
            partial(give_back, row.pk, state=RedemptionState.CANCELLED, now=NOW),
        )
        row.refresh_from_db()
        reward.refresh_from_db()
        check_ledger(person)
        handed = row.state == RedemptionState.HANDED_OVER
        assert (person.balance, reward.stock) == ((0, 2) if handed else (20, 3))


def test_the_last_place_goes_to_one() -> None:
    for _round in range(ROUNDS):
        patrol, people = make_patrol(places=1), [make_volunteer() for _number in range(3)]
        outcomes = together(*(partial(join_patrol, one, patrol.pk, now=NOW) for one in people))
        assert sorted(outcomes) == ["done", "patrol_full", "patrol_full"]
        held = PatrolSignup.objects.filter(patrol=patrol, state__in=HOLDS_PLACE)
        assert held.count() == 1


def test_a_report_and_a_patrol_pay_once_however_often_they_are_told() -> None:
    for _round in range(ROUNDS):
        person = make_volunteer()
        report, signup = (
            make_report(person.resident),
            make_signup(make_patrol(), person, state=SignupState.CHECKED_IN, in_at=NOW),
        )
        verified = [Verified(report.pk, first=True, urgency="P2")]
        outcomes = together(
            partial(pay_reports, verified, now=NOW),
            partial(pay_reports, verified, now=NOW),
            partial(confirm_signup, signup.pk, now=NOW),
            partial(confirm_signup, signup.pk, now=NOW),
        )
        assert sorted(outcomes) == ["done", "done", "done", "signup_confirmed"]
        check_ledger(person)
        assert PointsEntry.objects.filter(volunteer=person).count() == 2
        assert person.balance == 25


def test_joining_twice_at_once_is_one_volunteer() -> None:
    for _round in range(ROUNDS):
        resident = make_resident()
        joining = Joining("王阿姨", adult=True, version=current_notice().version)
        job = partial(join_volunteers, resident, joining, now=NOW)
        assert together(job, job, job) == ["done"] * 3
        assert Volunteer.objects.filter(resident=resident).count() == 1
