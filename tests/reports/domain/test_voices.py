"""One person, one voice: through erasures, two doors and shared telephones."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reports.domain.erasing import erase_resident
from reports.domain.joining import absorb
from reports.domain.poll_votes import cast_vote
from reports.domain.polls import (
    PollWords,
    counted,
    extend_poll,
    freeze_poll,
    publish_poll,
    result_digest,
    save_poll,
)
from reports.domain.retention import run_retention
from reports.domain.topics import (
    TopicWords,
    answer_topic,
    attach_reports,
    publish_topic,
    recount_supports,
    save_topic,
    support_topic,
)
from reports.enums import ReportKind
from reports.models import (
    Poll,
    PollMark,
    PollParticipation,
    Resident,
    Topic,
    TopicReport,
    TopicSupport,
)
from tests.factories import make_report, make_resident
from tests.reports.voices import DAY, close_now, make_poll, make_topic, votes_of
from xiangcun.lib.errors import ConflictError, DomainError, InvalidInputError

pytestmark = pytest.mark.django_db


def vote(poll: Poll, person: Resident, order: int = 1) -> Poll:
    option = poll.options.get(order=order)
    return cast_vote(
        poll.pk, person, option_ids=[option.pk], client_id=uuid.uuid4(), now=timezone.now()
    )


def test_erasing_oneself_is_no_second_vote() -> None:
    poll = make_poll()
    person = make_resident(openid="wx-1")
    vote(poll, person)
    erase_resident(person, now=timezone.now())
    assert PollParticipation.objects.count() == 0
    assert votes_of(poll) == [1, 0, 0]
    again = make_resident(openid="wx-1")
    with pytest.raises(ConflictError, match="already_voted"):
        vote(poll, again)
    vote(make_poll(), again)  # another poll knows nothing of it


def test_two_doors_of_wechat_are_one_voice() -> None:
    poll = make_poll()
    vote(poll, make_resident(openid="mini", unionid="u"))
    with pytest.raises(ConflictError, match="already_voted"):
        vote(poll, make_resident(openid="h5:web", unionid="u"))


def test_a_number_bars_only_where_it_is_all_that_is_known() -> None:
    poll, seen = make_poll(), timezone.now()
    phone = {"phone": "13800000002", "phone_verified_at": seen}
    vote(poll, make_resident("奶奶", **phone))
    vote(poll, make_resident("儿子", **phone))  # two accounts of a family with one telephone
    with pytest.raises(ConflictError, match="already_voted"):
        vote(poll, make_resident("", openid="guest:" + "a" * 64, **phone))
    other = make_poll()
    vote(other, make_resident("", openid="guest:" + "b" * 64, **phone))
    with pytest.raises(ConflictError, match="already_voted"):
        vote(other, make_resident("再来", **phone))
    assert Poll.objects.get(pk=other.pk).voters == 1


def test_two_voters_who_turn_out_to_be_one_are_said_so() -> None:
    poll = make_poll()
    one, two = make_resident("甲"), make_resident("乙")
    vote(poll, one)
    vote(poll, two, 2)
    assert absorb(one, two, now=timezone.now())
    poll.refresh_from_db()
    assert (poll.voters, poll.doubled, votes_of(poll)) == (2, 1, [1, 1, 0])
    assert PollParticipation.objects.get().resident == two
    with pytest.raises(ConflictError, match="already_voted"):
        vote(poll, two)


def test_a_vote_moves_with_its_person_and_bars_the_other_name() -> None:
    poll = make_poll()
    one, two = make_resident("甲"), make_resident("乙")
    vote(poll, one)
    absorb(one, two, now=timezone.now())
    poll.refresh_from_db()
    assert (poll.voters, poll.doubled) == (1, 0)
    with pytest.raises(ConflictError, match="already_voted"):
        vote(poll, two)


def test_supports_of_one_person_count_once_when_they_are_joined() -> None:
    topic, alone = make_topic(), make_topic("另一个")
    one, two = make_resident("甲"), make_resident("乙")
    for person in (one, two):
        support_topic(topic.pk, person, now=timezone.now())
    support_topic(alone.pk, one, now=timezone.now())
    absorb(one, two, now=timezone.now())
    counts = dict(Topic.objects.values_list("pk", "support_count"))
    assert counts == {topic.pk: 1, alone.pk: 1}
    assert TopicSupport.objects.filter(resident=two).count() == 2
    assert recount_supports() == []


def test_a_forgotten_person_supports_no_open_topic_and_no_name_is_left() -> None:
    open_, done = make_topic(), make_topic("已答复的")
    person = make_resident()
    for topic in (open_, done):
        support_topic(topic.pk, person, now=timezone.now())
    answer_topic(done.pk, reply="好的。", unit="文化站", now=timezone.now())
    erase_resident(person, now=timezone.now())
    counts = dict(Topic.objects.values_list("pk", "support_count"))
    assert counts == {open_.pk: 0, done.pk: 1}
    assert list(TopicSupport.objects.values_list("resident", flat=True)) == [None]
    assert recount_supports() == []


def test_a_wrong_counter_is_found_and_put_right() -> None:
    topic = make_topic()
    support_topic(topic.pk, make_resident(), now=timezone.now())
    Topic.objects.update(support_count=7)
    assert recount_supports() == [(topic.pk, 7, 1)]
    assert Topic.objects.get().support_count == 1


def test_the_office_may_mend_until_somebody_voted() -> None:
    poll = make_poll()
    old = set(poll.options.values_list("pk", flat=True))
    words = PollWords(
        question="长椅放哪里好",
        options=("东", "西"),
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
    )
    save_poll(poll.pk, words=words, now=timezone.now())
    assert not old & set(poll.options.values_list("pk", flat=True))
    vote(Poll.objects.get(), make_resident())
    with pytest.raises(ConflictError, match="poll_has_votes"):
        save_poll(poll.pk, words=words, now=timezone.now())
    assert [option.text for option in poll.options.all()] == ["东", "西"]


def test_the_closing_is_put_off_once_and_never_shortened() -> None:
    poll, now = make_poll(), timezone.now()
    for wrong in (poll.closes_at, poll.closes_at - DAY):
        with pytest.raises(InvalidInputError, match="never_shorter"):
            extend_poll(poll.pk, closes_at=wrong, note="再等等", now=now)
    with pytest.raises(InvalidInputError, match="required"):
        extend_poll(poll.pk, closes_at=poll.closes_at + DAY, note=" ", now=now)
    extend_poll(poll.pk, closes_at=poll.closes_at + DAY, note="两个社没来得及通知", now=now)
    with pytest.raises(ConflictError, match="poll_extended"):
        extend_poll(poll.pk, closes_at=poll.closes_at + 3 * DAY, note="还要", now=now)
    closed = make_poll()
    close_now(closed)
    with pytest.raises(ConflictError, match="poll_closed"):
        extend_poll(closed.pk, closes_at=now + DAY, note="迟了", now=now)


def test_the_database_says_it_too() -> None:
    poll, topic = make_poll(), make_topic()
    polls, topics = Poll.objects.filter(pk=poll.pk), Topic.objects.filter(pk=topic.pk)
    bad: list[tuple[Any, dict[str, object]]] = [
        (polls, {"first_closes_at": poll.closes_at + DAY}),
        (polls, {"frozen_at": timezone.now()}),
        (polls, {"doubled": 1}),
        (polls, {"max_choices": 13}),
        (topics, {"state": "answered"}),
        (topics, {"closes_at": topic.opens_at}),
    ]
    for rows, change in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"options": ("只有一个",)}, "options"),
        ({"options": tuple(f"第{number}个" for number in range(13))}, "options"),
        ({"options": ("一样", "一样")}, "options"),
        ({"options": ("甲", "字" * 61)}, "options"),
        ({"max_choices": 4}, "max_choices"),
        ({"max_choices": 0}, "max_choices"),
        ({"question": "  "}, "question"),
        ({"text": "打我电话13800000003"}, "text"),
        ({"closes_at": timezone.now() - 2 * DAY}, "closes_at"),
    ],
)
def test_wrong_polls_are_refused_by_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as found:
        make_poll(published=False, **changes)  # type: ignore[arg-type]
    assert found.value.errors[0].field == field
    assert not Poll.objects.exists()


def test_what_is_over_cannot_be_published() -> None:
    now = timezone.now()
    poll = make_poll(published=False, now=now - 9 * DAY)
    words = TopicWords(title="旧话题", text="说明", closes_at=now - DAY)
    topic = save_topic(None, words=words, now=now)
    for publish in (
        lambda: publish_poll(poll.pk, now=now),
        lambda: publish_topic(topic.pk, now=now),
    ):
        with pytest.raises(InvalidInputError, match="closes_in_the_past"):
            publish()


def test_published_words_are_not_rewritten() -> None:
    topic = make_topic()
    words = TopicWords(title="别的", text="别的", closes_at=topic.closes_at)
    with pytest.raises(ConflictError, match="topic_published"):
        save_topic(topic.pk, words=words, now=timezone.now())


def test_letters_are_attached_once_and_problems_never() -> None:
    topic = make_topic(open_=False)
    letter = make_report(make_resident(), kind=ReportKind.OPINION)
    problem = make_report(make_resident())
    ids = [letter.pk, problem.pk, 999_999]
    assert attach_reports(topic.pk, ids, now=timezone.now()) == 1
    assert attach_reports(topic.pk, ids, now=timezone.now()) == 0
    assert TopicReport.objects.get().report == letter
    erase_resident(letter.resident, now=timezone.now())  # type: ignore[arg-type]
    assert TopicReport.objects.get().report.resident is None


def test_the_frozen_result_is_the_counted_one_and_keeps_its_digest() -> None:
    poll = make_poll()
    vote(poll, make_resident())
    with pytest.raises(DomainError):
        extend_poll(0, closes_at=timezone.now(), note="没有", now=timezone.now())
    assert freeze_poll(poll.pk, now=timezone.now()) is None  # not over
    close_now(poll)
    frozen = freeze_poll(poll.pk, now=timezone.now())
    assert frozen is not None
    stored = Poll.objects.get()
    assert stored.result == counted(stored)
    assert stored.result is not None
    assert frozen.result is not None
    assert result_digest(stored.result) == result_digest(frozen.result)
    with pytest.raises(ConflictError, match="poll_closed"):
        vote(stored, make_resident())


def test_traces_go_in_time() -> None:
    old = make_poll(now=timezone.now() - timedelta(days=3))
    vote(old, make_resident())
    Poll.objects.update(
        opens_at=timezone.now() - timedelta(days=500),
        closes_at=timezone.now() - timedelta(days=400),
    )
    PollMark.objects.all()
    Poll.objects.update(frozen_at=timezone.now() - timedelta(days=399))
    gone = run_retention(now=timezone.now(), only=("poll_participations", "poll_marks"))
    assert gone == {"poll_participations": 1, "poll_marks": 1}
    assert Poll.objects.get().voters == 1
