"""Topics 话题: the only writer of topics and of who supports them.

Locks are taken in the order resident, topic. The counter is changed under the topic's lock together
with the row that it counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from reports.domain.voice_persons import lock_verified
from reports.domain.voice_words import take_words
from reports.enums import LETTERS
from reports.models import Report, Resident, Topic, TopicReport, TopicSupport
from reports.voice_enums import TopicState
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

logger = logging.getLogger(__name__)
MOST_REPORTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWords:
    """What the office writes; ``closes_at`` is when the last support is taken."""

    title: str
    text: str
    closes_at: datetime


def save_topic(topic_id: int | None, *, words: TopicWords, now: datetime) -> Topic:
    """Write a draft, a new one without ``topic_id``; what residents have read is not rewritten."""
    title = take_words("title", words.title, most=Topic.TITLE_MAX)
    text = take_words("text", words.text, most=Topic.TEXT_MAX)
    with transaction.atomic():
        topic = _locked(topic_id) if topic_id else Topic(created_at=now)
        if topic.state != TopicState.DRAFT:
            raise ConflictError("topic_published", _("话题已经发布，不能再改文字"))
        topic.title, topic.text, topic.closes_at, topic.updated_at = (
            title,
            text,
            words.closes_at,
            now,
        )
        topic.save()
    return topic


def attach_reports(topic_id: int, report_ids: Iterable[int], *, now: datetime) -> int:
    """Note which opinions a topic comes from; return how many are new. Twice is as good as once."""
    wanted = sorted(set(report_ids))
    with transaction.atomic():
        topic = _locked(topic_id)
        letters = Report.objects.filter(pk__in=wanted, kind__in=LETTERS)
        known = set(topic.report_links.values_list("report_id", flat=True))
        fresh = [key for key in letters.values_list("pk", flat=True) if key not in known]
        if len(known) + len(fresh) > MOST_REPORTS:
            message = _("一个话题最多关联 %d 件意见") % MOST_REPORTS
            raise InvalidInputError.of_field("reports", "too_many_reports", message)
        TopicReport.objects.bulk_create(TopicReport(topic=topic, report_id=key) for key in fresh)
        Topic.objects.filter(pk=topic.pk).update(updated_at=now)
    return len(fresh)


def publish_topic(topic_id: int, *, now: datetime) -> Topic:
    """Show a draft to everybody and take supports from now on."""
    with transaction.atomic():
        topic = _locked(topic_id)
        if topic.state != TopicState.DRAFT:
            raise ConflictError("topic_published", _("话题已经发布过了"))
        if topic.closes_at <= now:
            message = _("征集截止时间已经过了，请先改期")
            raise InvalidInputError.of_field("closes_at", "closes_in_the_past", message)
        topic.state, topic.opens_at, topic.updated_at = TopicState.OPEN, now, now
        topic.save()
    return topic


def answer_topic(topic_id: int, *, reply: str, unit: str, now: datetime) -> Topic:
    """Answer officially; supports end with it. An answer may be corrected, and says when it was."""
    reply = take_words("reply", reply, most=Topic.TEXT_MAX)
    unit = take_words("unit", unit, most=Topic.UNIT_MAX)
    with transaction.atomic():
        topic = _locked(topic_id)
        if topic.state not in {TopicState.OPEN, TopicState.ANSWERED}:
            raise ConflictError("topic_not_open", _("只有征集中或已答复的话题可以答复"))
        topic.state, topic.reply, topic.reply_unit = TopicState.ANSWERED, reply, unit
        topic.replied_at = topic.updated_at = now
        topic.save()
    return topic


def close_topic(topic_id: int, *, now: datetime) -> Topic:
    """End a topic, answered or not; it stays to be read."""
    with transaction.atomic():
        topic = _locked(topic_id)
        if topic.state not in {TopicState.OPEN, TopicState.ANSWERED}:
            raise ConflictError("topic_not_open", _("话题还没发布，或者已经结束"))
        topic.state, topic.ended_at, topic.updated_at = TopicState.CLOSED, now, now
        topic.save()
    return topic


def support_topic(topic_id: int, resident: Resident, *, now: datetime) -> Topic:
    """Count the person once, however often they ask; return the topic as it is then.

    ``verification_needed`` (403), ``topic_not_found`` (404), ``topic_not_open`` (409). Who supports
    already is answered in peace even when the time is over: it is the same request again.
    """
    return _change(topic_id, resident, wanted=True, now=now)


def unsupport_topic(topic_id: int, resident: Resident, *, now: datetime) -> Topic:
    """Take the support back; errors as in :func:`support_topic`."""
    return _change(topic_id, resident, wanted=False, now=now)


@transaction.atomic
def _change(topic_id: int, resident: Resident, *, wanted: bool, now: datetime) -> Topic:
    person = lock_verified(resident)
    topic = _locked(topic_id)
    if topic.state == TopicState.DRAFT:
        raise unknown_topic()
    mine = TopicSupport.objects.filter(topic=topic, resident=person)
    if mine.exists() is wanted:
        return topic
    if not takes_support(topic, now=now):
        raise ConflictError("topic_not_open", _("这个话题已经不再征集支持"))
    if wanted:
        TopicSupport.objects.create(topic=topic, resident=person)
    else:
        mine.delete()
    _count(topic.pk, 1 if wanted else -1)
    topic.refresh_from_db(fields=["support_count"])
    return topic


def takes_support(topic: Topic, *, now: datetime) -> bool:
    """Say whether a support may be given or taken back now."""
    return topic.state == TopicState.OPEN and now < topic.closes_at


def forget_supports(resident: Resident, *, now: datetime) -> None:
    """Take a forgotten person's supports back where they still can be, elsewhere cut the name off.

    Erasing oneself, registering again and supporting again would otherwise count twice; a number that
    stands under an official answer stays what it was.
    """
    keys = TopicSupport.objects.filter(resident=resident).values_list("topic_id", flat=True)
    for topic in _lock_many(keys):
        mine = TopicSupport.objects.filter(topic=topic, resident=resident)
        if takes_support(topic, now=now):
            _count(topic.pk, -mine.delete()[0])
        else:
            mine.update(resident=None)


def merge_supports(old: Resident, kept: Resident) -> None:
    """Two rows turn out to be one person: what both support counts once."""
    both = TopicSupport.objects.filter(resident=kept).values("topic")
    doubles = TopicSupport.objects.filter(resident=old, topic__in=both)
    for topic in _lock_many(doubles.values_list("topic_id", flat=True)):
        gone, _by_model = TopicSupport.objects.filter(topic=topic, resident=old).delete()
        _count(topic.pk, -gone)


def recount_supports() -> list[tuple[int, int, int]]:
    """Return (topic, counter, rows) where the counter is wrong, and put it right."""
    found = []
    for key in list(Topic.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            topic = _locked(key)
            rows = topic.supports.aggregate(rows=Count("pk"))["rows"]
            if rows != topic.support_count:
                found.append((topic.pk, topic.support_count, rows))
                Topic.objects.filter(pk=key).update(support_count=rows)
    return found


def unknown_topic() -> NotFoundError:
    """Return the error for a topic that is not there, or not there for residents."""
    return NotFoundError("topic_not_found", _("没有这个话题"))


def _count(topic_id: int, change: int) -> None:
    Topic.objects.filter(pk=topic_id).update(support_count=F("support_count") + change)


def _locked(topic_id: int) -> Topic:
    topic = Topic.objects.select_for_update(no_key=True).filter(pk=topic_id).first()
    if topic is None:
        raise unknown_topic()
    return topic


def _lock_many(keys: Iterable[int]) -> list[Topic]:
    rows = Topic.objects.select_for_update(no_key=True).filter(pk__in=set(keys))
    return list(rows.order_by("pk"))
