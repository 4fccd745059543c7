"""Many requests at one moment: one vote each, the counter of supports is its rows."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from reports.domain.erasing import erase_resident
from reports.domain.joining import absorb
from reports.domain.poll_votes import cast_vote
from reports.domain.polls import freeze_poll
from reports.domain.topics import recount_supports, support_topic, unsupport_topic
from reports.models import Poll, PollParticipation, Resident, Topic
from tests.factories import make_resident, make_token
from tests.reports.conftest import Api
from tests.reports.voices import make_poll, make_topic, option_ids, votes_of
from xiangcun.lib.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """Run the works at the same moment; return what they returned or raised, in their order."""
    barrier = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(index: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            found[index] = work()
        except BaseException as error:  # noqa: BLE001 - shown by the assertions
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return found


def voting(
    poll: Poll, person: Resident, order: int = 1, now: datetime | None = None
) -> Callable[[], object]:
    key, client_id = poll.options.get(order=order).pk, uuid.uuid4()
    return lambda: cast_vote(
        poll.pk, person, option_ids=[key], client_id=client_id, now=now or timezone.now()
    )


def codes(found: list[object]) -> list[str]:
    return [one.code if isinstance(one, DomainError) else type(one).__name__ for one in found]


def test_twenty_requests_of_one_person_are_one_vote() -> None:
    poll, person = make_poll(), make_resident()
    found = codes(together([voting(poll, person, 1 + number % 3) for number in range(MANY)]))
    assert sorted(found) == ["Poll", *["already_voted"] * (MANY - 1)]
    assert (Poll.objects.get().voters, sum(votes_of(poll))) == (1, 1)
    assert PollParticipation.objects.count() == 1


def test_twenty_repeats_over_http_all_hear_the_same() -> None:
    poll, token, client = make_poll(), make_token(make_resident()), str(uuid.uuid4())
    body = {"client_id": client, "options": option_ids(poll)[:1]}
    answers = together([lambda: Api(token).post(f"/polls/{poll.pk}/vote", body)] * MANY)
    assert {getattr(answer, "status_code", answer) for answer in answers} == {200}
    assert votes_of(poll) == [1, 0, 0]


def test_twenty_people_at_once_are_twenty_votes() -> None:
    poll = make_poll()
    people = [make_resident(f"居民{number}") for number in range(MANY)]
    found = codes(
        together([voting(poll, one, 1 + number % 2) for number, one in enumerate(people)])
    )
    assert found == ["Poll"] * MANY
    assert (Poll.objects.get().voters, votes_of(poll)) == (MANY, [MANY // 2, MANY // 2, 0])


def test_two_doors_at_once_are_one_vote() -> None:
    poll = make_poll()
    doors = [make_resident("甲", openid=f"door{number}", unionid="u") for number in range(6)]
    found = codes(together([voting(poll, one) for one in doors]))
    assert found.count("Poll") == 1
    assert votes_of(poll) == [1, 0, 0]


def test_supports_and_withdrawals_in_a_storm() -> None:
    topic = make_topic()
    people = [make_resident(f"居民{number}") for number in range(5)]
    works = [
        partial(step, topic.pk, one, now=timezone.now())
        for one in people
        for step in (support_topic, unsupport_topic, support_topic, support_topic)
    ]
    assert codes(together(works)) == ["Topic"] * MANY
    topic.refresh_from_db()
    assert topic.support_count == topic.supports.count() <= len(people)
    assert recount_supports() == []


def test_a_vote_at_the_closing_is_in_the_result_or_refused() -> None:
    """Nine votes that came in time and are under way while the result is written down."""
    for _round in range(4):
        poll = make_poll()
        end = timezone.now() - timedelta(milliseconds=1)
        people = [make_resident(f"居民{number}") for number in range(9)]
        works = [voting(poll, one, now=end - timedelta(seconds=5)) for one in people]
        Poll.objects.filter(pk=poll.pk).update(closes_at=end)
        found = codes(together([*works, partial(freeze_poll, poll.pk, now=timezone.now())]))
        assert set(found[:-1]) <= {"Poll", "poll_closed"}
        poll.refresh_from_db()
        assert poll.result is not None
        assert poll.result["voters"] == poll.voters == found[:-1].count("Poll")
        assert poll.result["options"][0]["votes"] == votes_of(poll)[0]


def test_voting_beside_an_erasure_and_a_joining() -> None:
    for _round in range(4):
        poll, topic, now = make_poll(), make_topic(), timezone.now()
        gone, one, two = (make_resident(f"居民{number}") for number in range(3))
        found = codes(
            together(
                [
                    voting(poll, gone),
                    partial(support_topic, topic.pk, gone, now=timezone.now()),
                    partial(erase_resident, gone, now=now),
                    voting(poll, one),
                    voting(poll, two),
                    partial(absorb, one, two, now=now),
                ]
            )
        )
        assert not {"OperationalError", "IntegrityError"} & set(found), found
        poll.refresh_from_db()
        assert sum(votes_of(poll)) == poll.voters == [found[i] for i in (0, 3, 4)].count("Poll")
        assert not PollParticipation.objects.filter(resident__erased_at__isnull=False).exists()
        assert Topic.objects.get(pk=topic.pk).support_count == topic.supports.count() == 0
