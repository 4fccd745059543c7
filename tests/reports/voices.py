"""Topics and polls as the tests need them: one row each, as the domain leaves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from reports.domain.polls import PollWords, publish_poll, save_poll
from reports.domain.topics import TopicWords, publish_topic, save_topic
from reports.models import Poll, PollOption, Topic
from reports.voice_enums import ResultVisibility

DAY = timedelta(days=1)


def make_topic(title: str = "给文化礼堂加几张长椅", *, open_: bool = True, **extra: Any) -> Topic:
    """Return a topic that takes supports for a week, or a draft."""
    now = extra.pop("now", None) or timezone.now()
    words = TopicWords(title=title, text="多位居民提出。", closes_at=now + 7 * DAY)
    topic = save_topic(None, words=words, now=now)
    return publish_topic(topic.pk, now=now) if open_ else topic


def make_poll(
    *, now: datetime | None = None, published: bool = True, days: int = 7, **extra: Any
) -> Poll:
    """Return a poll of three options that is open since yesterday, or a draft."""
    now = now or timezone.now()
    values = {
        "question": "长椅放在哪里",
        "options": ("村口", "礼堂门口", "河边"),
        "opens_at": now - DAY,
        "closes_at": now + days * DAY,
        "result_visibility": ResultVisibility.AFTER_VOTE,
        **extra,
    }
    poll = save_poll(None, words=PollWords(**values), now=now)
    return publish_poll(poll.pk, now=now) if published else poll


def option_ids(poll: Poll) -> list[str]:
    """Return the ids of the options as the API names them, in order."""
    return [str(key) for key in poll.options.values_list("pk", flat=True)]


def close_now(poll: Poll) -> None:
    """Let a poll have closed a moment ago."""
    now = timezone.now()
    Poll.objects.filter(pk=poll.pk).update(
        opens_at=now - 9 * DAY, closes_at=now - timedelta(seconds=1)
    )


def votes_of(poll: Poll) -> list[int]:
    """Return the counters of the options, in order."""
    return list(PollOption.objects.filter(poll=poll).values_list("votes", flat=True))
