"""Example topics and polls of a demonstration: through the domain, by the demo lead, all of it invented."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db import transaction

from dispatch.domain import voices
from dispatch.domain.actors import Actor, staff_actor
from dispatch.models import Staff
from reports.domain.identity import DEV_PREFIX
from reports.domain.poll_votes import cast_vote
from reports.domain.polls import PollWords
from reports.domain.topics import TopicWords, support_topic
from reports.models import Poll, Resident, Topic
from reports.voice_enums import ResultVisibility

LEAD = "lead"
NAME = "示例居民"
_DAY = timedelta(days=1)
_PEOPLE = 46


@transaction.atomic
def seed_demo_voices(*, now: datetime) -> int:
    """Write two topics and two polls where there are none; return how many."""
    user = Staff.objects.filter(username=LEAD, is_demo=True).first()
    if user is None or Topic.objects.exists() or Poll.objects.exists():
        return 0
    actor, people = staff_actor(user), _people()
    _open_topic(actor, people[:17], now=now)
    _answered_topic(actor, people[:38], now=now)
    _closed_poll(actor, people, now=now)
    _open_poll(actor, people[:12], now=now)
    return 4


def _people() -> list[Resident]:
    """Return invented residents that nobody can be mistaken for; they never sign in."""
    openids = [f"{DEV_PREFIX}{NAME}{number:03d}号" for number in range(1, _PEOPLE + 1)]
    known = {row.openid: row for row in Resident.objects.filter(openid__in=openids)}
    fresh = [Resident(openid=one, nickname=NAME) for one in openids if one not in known]
    Resident.objects.bulk_create(fresh)
    return list(Resident.objects.filter(openid__in=openids).order_by("openid"))


def _open_topic(actor: Actor, people: Sequence[Resident], *, now: datetime) -> None:
    began = now - 6 * _DAY
    words = TopicWords(
        title="（示例）文化礼堂晚上能不能多开一小时",
        text="有居民提出，文化礼堂晚上八点半关门，下班回来刚吃完饭就要散场，"
        "希望周一到周五延到九点半。如果您也这样想，请点“我支持”，街道会根据人数和值守情况研究。",
        closes_at=now + 24 * _DAY,
    )
    topic = voices.draft_topic(None, words=words, report_ids=(), actor=actor, now=began)
    voices.publish_topic(topic.pk, actor=actor, now=began)
    _support(topic, people, now=began + _DAY)


def _answered_topic(actor: Actor, people: Sequence[Resident], *, now: datetime) -> None:
    began = now - 40 * _DAY
    words = TopicWords(
        title="（示例）村口公交站加装雨棚和座椅",
        text="几位居民提出，村口公交站没有雨棚，雨天和夏天老人孩子等车很不方便，希望加装雨棚和座椅。",
        closes_at=now - 10 * _DAY,
    )
    topic = voices.draft_topic(None, words=words, report_ids=(), actor=actor, now=began)
    voices.publish_topic(topic.pk, actor=actor, now=began)
    _support(topic, people, now=began + _DAY)
    reply = (
        "经与公交公司商定，下个月在村口站加装一座雨棚和两张座椅，"
        "施工三天，期间站牌临时往东移 30 米。谢谢大家的建议。"
    )
    answered = now - 5 * _DAY
    voices.answer_topic(topic.pk, reply=reply, unit="村镇建设办公室", actor=actor, now=answered)


def _closed_poll(actor: Actor, people: Sequence[Resident], *, now: datetime) -> None:
    began = now - 30 * _DAY
    words = PollWords(
        question="（示例）重阳节活动您想参加哪一种",
        text="经费只够办一场大的，请大家选。",
        options=("文艺演出", "百家宴", "免费体检和理发", "登高健步走"),
        opens_at=began,
        closes_at=now - 16 * _DAY,
    )
    pattern = (2, 0, 2, 1, 2, 3, 2, 0, 1, 2, 3, 0)
    poll = _published(actor, words, now=began)
    _vote(poll, people, pattern, now=began + _DAY)
    voices.freeze(poll.pk, now=now - 16 * _DAY)


def _open_poll(actor: Actor, people: Sequence[Resident], *, now: datetime) -> None:
    began = now - 3 * _DAY
    words = PollWords(
        question="（示例）村口小公园先添哪些设施",
        text="每人最多选两项。票数多的先装，其余排到明年。",
        options=("健身器材", "儿童滑梯", "长椅和凉亭", "夜间照明", "电动车充电桩"),
        max_choices=2,
        opens_at=began,
        closes_at=now + 11 * _DAY,
        result_visibility=ResultVisibility.AFTER_VOTE,
    )
    _vote(_published(actor, words, now=began), people, (0, 2, 3, 2, 4), now=began + _DAY)


def _published(actor: Actor, words: PollWords, *, now: datetime) -> Poll:
    poll = voices.draft_poll(None, words=words, actor=actor, now=now)
    return voices.publish_poll(poll.pk, actor=actor, now=now)


def _support(topic: Topic, people: Sequence[Resident], *, now: datetime) -> None:
    for person in people:
        support_topic(topic.pk, person, now=now)


def _vote(poll: Poll, people: Sequence[Resident], pattern: Sequence[int], *, now: datetime) -> None:
    keys = list(poll.options.values_list("pk", flat=True))
    for person, choice in zip(people, islice(cycle(pattern), len(people)), strict=True):
        cast_vote(poll.pk, person, option_ids=[keys[choice]], client_id=uuid.uuid4(), now=now)
