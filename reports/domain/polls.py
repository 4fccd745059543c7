"""Polls 投票 as the office makes them: drafted, published, put off once, withdrawn, counted for good."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reports.domain.voice_words import take_words
from reports.models import Poll, PollMark, PollOption
from reports.voice_enums import PollState, ResultVisibility
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class PollWords:
    """What the office fills in; ``max_choices`` is 1 for a single choice."""

    question: str
    opens_at: datetime
    closes_at: datetime
    options: Sequence[str] = field(default_factory=tuple)
    text: str = ""
    max_choices: int = 1
    result_visibility: ResultVisibility = ResultVisibility.AFTER_CLOSING


def save_poll(poll_id: int | None, *, words: PollWords, now: datetime) -> Poll:
    """Write a draft, or mend a published poll in which nobody has voted yet.

    Raises ``InvalidInputError`` by field, ``poll_has_votes`` once somebody voted. Options get new
    ids: who still looks at the old words cannot vote for the new ones by mistake.
    """
    options = _options(words.options)
    with transaction.atomic():
        poll = locked_poll(poll_id) if poll_id else Poll(created_at=now)
        _check_may_edit(poll, words, now=now)
        poll.question = take_words("question", words.question, most=Poll.QUESTION_MAX)
        poll.text = take_words("text", words.text, most=Poll.TEXT_MAX, required=False)
        poll.max_choices = _max_choices(words.max_choices, len(options))
        poll.opens_at, poll.closes_at = _period(words)
        poll.result_visibility, poll.updated_at = words.result_visibility, now
        poll.save()
        poll.options.all().delete()
        PollOption.objects.bulk_create(
            PollOption(poll=poll, order=order, text=text) for order, text in enumerate(options, 1)
        )
    return poll


def publish_poll(poll_id: int, *, now: datetime) -> Poll:
    """Show a draft to everybody."""
    with transaction.atomic():
        poll = locked_poll(poll_id)
        if poll.state != PollState.DRAFT:
            raise ConflictError("poll_published", _("投票已经发布过了"))
        if poll.closes_at <= now:
            message = _("截止时间已经过了，请先改期")
            raise InvalidInputError.of_field("closes_at", "closes_in_the_past", message)
        poll.state, poll.published_at, poll.updated_at = PollState.PUBLISHED, now, now
        poll.save()
    return poll


def extend_poll(poll_id: int, *, closes_at: datetime, note: str, now: datetime) -> Poll:
    """Put the closing off, once, before it has come, and say publicly why."""
    note = take_words("note", note, most=Poll.NOTE_MAX)
    with transaction.atomic():
        poll = locked_poll(poll_id)
        _check_running(poll, now=now)
        if poll.first_closes_at is not None:
            raise ConflictError("poll_extended", _("截止时间只能延长一次"))
        if closes_at <= poll.closes_at:
            message = _("只能比原来的截止时间晚，不能提前")
            raise InvalidInputError.of_field("closes_at", "never_shorter", message)
        poll.first_closes_at, poll.closes_at = poll.closes_at, closes_at
        poll.extension_note, poll.updated_at = note, now
        poll.save()
    return poll


def withdraw_poll(poll_id: int, *, note: str, now: datetime) -> Poll:
    """Stop a poll before its end and say publicly why; its votes are never shown."""
    note = take_words("note", note, most=Poll.NOTE_MAX)
    with transaction.atomic():
        poll = locked_poll(poll_id)
        _check_running(poll, now=now)
        poll.state, poll.withdrawal_note, poll.updated_at = PollState.WITHDRAWN, note, now
        poll.save()
        PollMark.objects.filter(poll=poll).delete()
    return poll


def freeze_poll(poll_id: int, *, now: datetime) -> Poll | None:
    """Write down what was counted, for good; None when it is not over or already done.

    Under the lock that every vote takes: a vote that came in time is in it, a later one finds it shut.
    The digests that kept people from voting twice have done their work.
    """
    with transaction.atomic():
        poll = locked_poll(poll_id)
        if poll.state != PollState.PUBLISHED or poll.frozen_at or now < poll.closes_at:
            return None
        poll.result, poll.frozen_at, poll.updated_at = counted(poll), now, now
        poll.save()
        PollMark.objects.filter(poll=poll).delete()
    return poll


def counted(poll: Poll) -> dict[str, Any]:
    """Return what is counted now: numbers and the words they belong to."""
    return {
        "poll": poll.pk,
        "question": poll.question,
        "max_choices": poll.max_choices,
        "closes_at": poll.closes_at.isoformat(),
        "voters": poll.voters,
        "doubled": poll.doubled,
        "options": [
            {"id": option.pk, "text": option.text, "votes": option.votes}
            for option in poll.options.all()
        ],
    }


def is_sound(poll: Poll) -> bool:
    """Say whether the counters can have come from votes: nobody chose nothing, or more than allowed."""
    votes = [option.votes for option in poll.options.all()]
    fewest, most = poll.voters, poll.voters * poll.max_choices
    return fewest <= sum(votes) <= most and all(one <= poll.voters for one in votes)


def result_digest(result: dict[str, Any]) -> str:
    """Return the SHA-256 of a result, the same before and after it was stored."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def locked_poll(poll_id: int) -> Poll:
    """Return the row under its lock; ``poll_not_found`` for none."""
    poll = Poll.objects.select_for_update(no_key=True).filter(pk=poll_id).first()
    if poll is None:
        raise unknown_poll()
    return poll


def unknown_poll() -> NotFoundError:
    """Return the error for a poll that is not there, or not there for residents."""
    return NotFoundError("poll_not_found", _("没有这个投票"))


def _check_may_edit(poll: Poll, words: PollWords, *, now: datetime) -> None:
    if poll.state == PollState.DRAFT:
        return
    _check_running(poll, now=now)
    if poll.voters:
        raise ConflictError("poll_has_votes", _("已经有人投票，问题和选项不能再改"))
    if words.closes_at < poll.closes_at:
        message = _("已经发布的投票，截止时间不能提前")
        raise InvalidInputError.of_field("closes_at", "never_shorter", message)
    if words.closes_at > poll.closes_at:
        message = _("已经发布的投票，请用“延长截止时间”")
        raise InvalidInputError.of_field("closes_at", "extend_instead", message)


def _check_running(poll: Poll, *, now: datetime) -> None:
    if poll.state != PollState.PUBLISHED:
        raise ConflictError("poll_not_published", _("投票没有发布，或者已经撤回"))
    if poll.closes_at <= now:
        raise ConflictError("poll_closed", _("投票已经截止"))


def _options(texts: Sequence[str]) -> list[str]:
    filled = [text for text in texts if text.strip()]
    options = [take_words("options", text, most=PollOption.TEXT_MAX) for text in filled]
    if not Poll.LEAST_OPTIONS <= len(options) <= Poll.MOST_OPTIONS:
        message = _("请写 %(least)d 到 %(most)d 个选项") % {
            "least": Poll.LEAST_OPTIONS,
            "most": Poll.MOST_OPTIONS,
        }
        raise InvalidInputError.of_field("options", "options_out_of_range", message)
    if len(set(options)) < len(options):
        raise InvalidInputError.of_field("options", "options_repeated", _("有两个选项一模一样"))
    return options


def _max_choices(most: int, options: int) -> int:
    if not 1 <= most <= options:
        message = _("最多选几项要在 1 和选项个数之间")
        raise InvalidInputError.of_field("max_choices", "max_choices_out_of_range", message)
    return most


def _period(words: PollWords) -> tuple[datetime, datetime]:
    if words.closes_at <= words.opens_at:
        message = _("截止时间要在开始时间之后")
        raise InvalidInputError.of_field("closes_at", "closes_before_opening", message)
    return words.opens_at, words.closes_at
