"""What the API tells of topics and polls."""

from __future__ import annotations

from datetime import datetime

from reports.api.answers import Answer, choice, moment
from reports.domain.poll_votes import phase_of
from reports.domain.topics import takes_support
from reports.models import Poll, PollParticipation, Topic, TopicSupport
from reports.queries.voices import PollResult, visible_result
from reports.voice_enums import PollPhase, ResultVisibility, TopicState


def topic_answer(topic: Topic, *, supported: bool | None, now: datetime) -> Answer:
    """Show a topic; ``supported`` is the caller's own."""
    return {
        "id": str(topic.pk),
        "title": topic.title,
        "text": topic.text,
        "state": choice(TopicState, topic.state),
        "opens_at": moment(topic.opens_at),
        "closes_at": moment(topic.closes_at),
        "takes_support": takes_support(topic, now=now),
        "support_count": topic.support_count,
        "supported": supported,
        "reply": _reply(topic),
    }


def _reply(topic: Topic) -> Answer | None:
    if topic.replied_at is None:
        return None
    return {"text": topic.reply, "unit": topic.reply_unit, "at": moment(topic.replied_at)}


def poll_answer(poll: Poll, *, voted: bool | None, now: datetime) -> Answer:
    """Show a poll with as much of the result as the caller may see."""
    phase = phase_of(poll, now=now)
    result = visible_result(poll, phase=phase, voted=bool(voted))
    return {
        "id": str(poll.pk),
        "question": poll.question,
        "text": poll.text,
        "phase": choice(PollPhase, phase),
        "options": [{"id": str(one.pk), "text": one.text} for one in poll.options.all()],
        "max_choices": poll.max_choices,
        "opens_at": moment(poll.opens_at),
        "closes_at": moment(poll.closes_at),
        "extension": _extension(poll),
        "withdrawal_note": poll.withdrawal_note or None,
        "result_visibility": choice(ResultVisibility, poll.result_visibility),
        "voted": voted,
        "result": _result(result) if result else None,
    }


def _extension(poll: Poll) -> Answer | None:
    if poll.first_closes_at is None:
        return None
    return {"first_closes_at": moment(poll.first_closes_at), "note": poll.extension_note}


def _result(result: PollResult) -> Answer:
    options = [
        {"id": str(one.option_id), "text": one.text, "votes": one.votes, "share": one.share}
        for one in result.options
    ]
    return {
        "final": result.final,
        "voters": result.voters,
        "doubled": result.doubled,
        "options": options or None,
    }


def support_line(row: TopicSupport) -> Answer:
    """Show one of somebody's supports in their export."""
    return {"topic": str(row.topic_id), "title": row.topic.title}


def vote_line(row: PollParticipation) -> Answer:
    """Show that somebody took part in a poll; what they chose is not known."""
    return {"poll": str(row.poll_id), "question": row.poll.question}
