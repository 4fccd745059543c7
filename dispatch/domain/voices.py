"""What staff do with topics and polls: who may, and a line of the audit trail for every step.

The result of a poll is chained to the trail: the line that is written when it is frozen holds its
digest, so that whoever changes the stored result afterwards is found out (``verify_results``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from dispatch.models import AuditRecord
from dispatch.queries.voices import letters
from reports.domain import polls, topics
from reports.domain.polls import PollWords, counted, is_sound, result_digest
from reports.domain.topics import TopicWords
from reports.models import Poll, Topic
from reports.voice_enums import PollState
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

DRAFTS = frozenset({Role.DISPATCHER, Role.LEAD})
PUBLISHES = frozenset({Role.LEAD})
READS_VOICES = DRAFTS | {Role.VERIFIER, Role.AUDITOR, Role.LEADERSHIP}
RESULT = "result"
_BATCH = 50


def draft_topic(
    topic_id: int | None,
    *,
    words: TopicWords,
    report_ids: Sequence[int],
    actor: Actor,
    now: datetime,
) -> Topic:
    """Write a draft, made from the opinions that ``actor`` may see of ``report_ids``."""
    _check(actor, DRAFTS)
    with transaction.atomic():
        topic = topics.save_topic(topic_id, words=words, now=now)
        sources = _attach(topic.pk, report_ids, actor=actor, now=now)
        _note(actor, now, topic=topic.pk, step="draft", title=topic.title, reports=sources)
    return topic


def join_topic(topic_id: int, *, report_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """Note that more opinions speak of a topic; return how many are new."""
    _check(actor, DRAFTS)
    if not report_ids:
        raise InvalidInputError.of_field("reports", "required", "请先勾选意见")
    with transaction.atomic():
        sources = _attach(topic_id, report_ids, actor=actor, now=now)
        if sources:
            _note(actor, now, topic=topic_id, step="attach", reports=sources)
    return len(sources)


def publish_topic(topic_id: int, *, actor: Actor, now: datetime) -> Topic:
    """Show a topic to everybody: the lead's decision."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        topic = topics.publish_topic(topic_id, now=now)
        _note(actor, now, topic=topic.pk, step="publish", title=topic.title, text=topic.text)
    return topic


def answer_topic(topic_id: int, *, reply: str, unit: str, actor: Actor, now: datetime) -> Topic:
    """Answer a topic officially; the trail has the words, those of an earlier answer too."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        topic = topics.answer_topic(topic_id, reply=reply, unit=unit, now=now)
        facts = {"reply": topic.reply, "unit": topic.reply_unit, "support": topic.support_count}
        _note(actor, now, topic=topic.pk, step="answer", facts=facts)
    return topic


def close_topic(topic_id: int, *, actor: Actor, now: datetime) -> Topic:
    """End a topic."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        topic = topics.close_topic(topic_id, now=now)
        _note(actor, now, topic=topic.pk, step="close", support=topic.support_count)
    return topic


def draft_poll(poll_id: int | None, *, words: PollWords, actor: Actor, now: datetime) -> Poll:
    """Write a draft; what is published already is the lead's to mend, until somebody voted."""
    _check(actor, DRAFTS)
    if poll_id and Poll.objects.filter(pk=poll_id).exclude(state=PollState.DRAFT).exists():
        _check(actor, PUBLISHES)
    with transaction.atomic():
        poll = polls.save_poll(poll_id, words=words, now=now)
        _note(actor, now, poll=poll.pk, step="draft", facts=_words(poll))
    return poll


def publish_poll(poll_id: int, *, actor: Actor, now: datetime) -> Poll:
    """Show a poll to everybody: the lead's decision."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        poll = polls.publish_poll(poll_id, now=now)
        _note(actor, now, poll=poll.pk, step="publish", facts=_words(poll))
    return poll


def extend_poll(
    poll_id: int, *, closes_at: datetime, note: str, actor: Actor, now: datetime
) -> Poll:
    """Put the closing off, once, with a public note."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        poll = polls.extend_poll(poll_id, closes_at=closes_at, note=note, now=now)
        facts = {"from": poll.first_closes_at, "to": poll.closes_at, "voters": poll.voters}
        _note(actor, now, reason=poll.extension_note, poll=poll.pk, step="extend", facts=facts)
    return poll


def withdraw_poll(poll_id: int, *, note: str, actor: Actor, now: datetime) -> Poll:
    """Stop a poll before its end, with a public note."""
    _check(actor, PUBLISHES)
    with transaction.atomic():
        poll = polls.withdraw_poll(poll_id, note=note, now=now)
        facts = {"voters": poll.voters}
        _note(actor, now, reason=poll.withdrawal_note, poll=poll.pk, step="withdraw", facts=facts)
    return poll


def freeze_due(*, now: datetime) -> int:
    """Freeze the results of polls that are over; return how many. Twice or by two at once is one."""
    due = Poll.objects.filter(state=PollState.PUBLISHED, frozen_at__isnull=True, closes_at__lte=now)
    return sum(
        freeze(key, now=now)
        for key in due.order_by("closes_at").values_list("pk", flat=True)[:_BATCH]
    )


def freeze(poll_id: int, *, now: datetime) -> bool:
    """Freeze one result and chain its digest to the trail; False when there was nothing to do."""
    with transaction.atomic():
        poll = polls.freeze_poll(poll_id, now=now)
        if poll is None or poll.result is None:
            return False
        facts = {"digest": result_digest(poll.result), "voters": poll.voters}
        _note(Actor(), now, poll=poll.pk, step=RESULT, facts=facts)
    return True


def result_fault(poll: Poll) -> str:
    """Return what is wrong with the counters or with a frozen result, "" when it is as the trail holds it."""
    if not is_sound(poll):
        return "各项票数与投票人数对不上"
    if poll.frozen_at is None or poll.result is None:
        return ""
    lines = AuditRecord.objects.filter(
        action=AuditAction.VOICE, data__poll=poll.pk, data__step=RESULT
    )
    kept = list(lines.values_list("data", flat=True))
    if len(kept) != 1:
        return "审计记录里没有这个投票的结果" if not kept else "审计记录里有不止一个结果"
    if kept[0]["digest"] != result_digest(poll.result):
        return "结果与审计记录不符"
    return "" if counted(poll) == poll.result else "票数与固定的结果不符"


def verify_results() -> Iterator[tuple[int, str]]:
    """Yield (poll, what is wrong) where counters contradict each other or a result was changed."""
    rows = Poll.objects.exclude(state=PollState.DRAFT).prefetch_related("options")
    for poll in rows.order_by("pk").iterator(chunk_size=_BATCH):
        fault = result_fault(poll)
        if fault:
            yield poll.pk, fault


def _attach(topic_id: int, report_ids: Sequence[int], *, actor: Actor, now: datetime) -> list[int]:
    """Attach what ``actor`` may list; return the ids that are new."""
    seen = letters(actor).filter(pk__in=report_ids).values_list("pk", flat=True)
    known = Topic.objects.filter(pk=topic_id).values_list("reports", flat=True)
    fresh = sorted(set(seen) - set(known))
    topics.attach_reports(topic_id, fresh, now=now)
    return fresh


def _words(poll: Poll) -> dict[str, Any]:
    return {
        "question": poll.question,
        "text": poll.text,
        "options": list(poll.options.values_list("text", flat=True)),
        "max_choices": poll.max_choices,
        "opens_at": poll.opens_at,
        "closes_at": poll.closes_at,
        "result_visibility": str(poll.result_visibility),
    }


def _check(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.roles & roles:
        return
    who = "值班领导" if roles == PUBLISHES else "指挥室坐席或值班领导"
    raise NotAllowedError("role_not_allowed", f"这一步由{who}办理")


def _note(
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    **data: Any,
) -> None:
    body = {**data, **(facts or {})}
    record_audit(AuditAction.VOICE, actor=actor.user, now=now, reason=reason, data=body)
