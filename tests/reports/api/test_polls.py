import uuid
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from reports.domain.polls import freeze_poll, withdraw_poll
from reports.models import Poll, PollMark, PollParticipation
from reports.voice_enums import ResultVisibility
from tests.factories import make_resident, make_token
from tests.reports.api.test_topics import guest_api
from tests.reports.conftest import Api
from tests.reports.voices import DAY, close_now, make_poll, option_ids, votes_of

pytestmark = pytest.mark.django_db


def vote(api: Api, poll: Poll, *options: str, client_id: str = "") -> Any:
    body = {"client_id": client_id or str(uuid.uuid4()), "options": list(options)}
    return api.post(f"/polls/{poll.pk}/vote", body)


def voter() -> Api:
    return Api(make_token(make_resident()))


def test_a_vote_counts_once_and_only_oneself_is_told(api: Api, other: Api, nobody: Api) -> None:
    poll = make_poll()
    first, second, _third = option_ids(poll)
    client = str(uuid.uuid4())
    sent = vote(api, poll, second, client_id=client)
    assert (sent.status_code, sent.json()["voted"]) == (200, True)
    again = vote(api, poll, second, client_id=client)
    assert (again.status_code, again.json()) == (200, sent.json())
    changed = vote(api, poll, first)
    assert (changed.status_code, changed.json()["code"]) == (409, "already_voted")
    assert votes_of(poll) == [0, 1, 0]
    shown = [who.get(f"/polls/{poll.pk}").json()["voted"] for who in (api, other, nobody)]
    assert shown == [True, False, None]
    assert [row["voted"] for row in api.get("/polls").json()["items"]] == [True]


def test_nothing_stored_says_who_chose_what(api: Api) -> None:
    """The words of the tables themselves: a participation has no choice and no time."""
    poll = make_poll()
    vote(api, poll, option_ids(poll)[0])
    assert sorted(PollParticipation.objects.values()[0]) == [
        "client_id",
        "id",
        "poll_id",
        "resident_id",
    ]
    assert sorted(PollMark.objects.values()[0]) == ["digest", "guest", "id", "poll_id"]


def test_interim_results_are_for_who_voted_and_of_five_at_least(api: Api, other: Api) -> None:
    poll = make_poll()
    option = option_ids(poll)[0]
    assert vote(api, poll, option).json()["result"] == {
        "final": False, "voters": 1, "doubled": 0, "options": None,
    }  # fmt: skip
    for _ in range(4):
        vote(voter(), poll, option_ids(poll)[1])
    assert other.get(f"/polls/{poll.pk}").json()["result"] is None
    result = api.get(f"/polls/{poll.pk}").json()["result"]
    assert [(row["votes"], row["share"]) for row in result["options"]] == [
        (1, 20.0),
        (4, 80.0),
        (0, 0.0),
    ]


def test_results_after_the_closing_are_for_everybody(api: Api, nobody: Api) -> None:
    poll = make_poll(result_visibility=ResultVisibility.AFTER_CLOSING)
    assert vote(api, poll, option_ids(poll)[0]).json()["result"] is None
    close_now(poll)
    before = nobody.get(f"/polls/{poll.pk}").json()["result"]
    assert (before["final"], before["voters"], before["options"][0]["share"]) == (True, 1, 100.0)
    assert freeze_poll(poll.pk, now=timezone.now())
    assert nobody.get(f"/polls/{poll.pk}").json()["result"] == before
    assert PollMark.objects.count() == 0
    assert freeze_poll(poll.pk, now=timezone.now()) is None


def test_several_choices(api: Api) -> None:
    poll = make_poll(max_choices=2)
    one, two, three = option_ids(poll)
    assert vote(api, poll, one, two, three).json()["code"] == "too_many_options"
    assert vote(api, poll, one, two, two).status_code == 200
    assert votes_of(poll) == [1, 1, 0]
    assert Poll.objects.get().voters == 1


def test_late_early_and_withdrawn(api: Api) -> None:
    late, early, gone = make_poll(), make_poll(opens_at=timezone.now() + DAY), make_poll()
    close_now(late)
    withdraw_poll(gone.pk, note="选项有误", now=timezone.now())
    codes = [vote(api, poll, option_ids(poll)[0]).json()["code"] for poll in (late, early, gone)]
    assert codes == ["poll_closed", "poll_not_open", "poll_withdrawn"]
    assert PollParticipation.objects.count() == 0
    shown = api.get(f"/polls/{gone.pk}").json()
    assert (shown["phase"]["code"], shown["withdrawal_note"], shown["result"]) == (
        "withdrawn",
        "选项有误",
        None,
    )
    assert str(gone.pk) not in {row["id"] for row in api.get("/polls").json()["items"]}


def test_the_same_vote_again_after_the_closing(api: Api) -> None:
    poll, client = make_poll(), str(uuid.uuid4())
    vote(api, poll, option_ids(poll)[0], client_id=client)
    close_now(poll)
    assert vote(api, poll, option_ids(poll)[0], client_id=client).status_code == 200
    assert votes_of(poll) == [1, 0, 0]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "required"),
        ({"client_id": "x", "options": ["1"]}, 400, "wrong_type"),
        ({"options": []}, 400, "required"),
        ({"options": "1"}, 400, "wrong_type"),
        ({"options": [1]}, 400, "wrong_type"),
        ({"options": ["0"]}, 400, "option_unknown"),
        ({"options": ["不是"]}, 400, "option_unknown"),
        ({"options": ["1"] * 13}, 400, "too_long"),
    ],
)
def test_a_wrong_body(api: Api, body: dict[str, Any], status: int, code: str) -> None:
    poll = make_poll()
    sent = {"client_id": str(uuid.uuid4()), **body} if body else {}
    answer = api.post(f"/polls/{poll.pk}/vote", sent)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert Poll.objects.get().voters == 0


def test_anothers_option_is_none_of_this_poll(api: Api) -> None:
    poll, strange = make_poll(), make_poll()
    assert vote(api, poll, option_ids(strange)[0]).json()["code"] == "option_unknown"


def test_guests_and_drafts(api: Api) -> None:
    poll, draft = make_poll(), make_poll(published=False)
    refused = vote(guest_api(), poll, option_ids(poll)[0])
    assert (refused.status_code, refused.json()["code"]) == (403, "verification_needed")
    assert vote(api, draft, option_ids(draft)[0]).status_code == 404
    assert api.get(f"/polls/{draft.pk}").json()["code"] == "poll_not_found"
    assert vote(Api(), poll, option_ids(poll)[0]).status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same(
    rows: int, api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_poll()
    with django_assert_num_queries(4):
        assert len(api.get("/polls").json()["items"]) == rows
