"""The matrix' rows of the services beside reporting: guides, bulletins, topics, polls, volunteers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.dispatch.console.matrix_seats import (
    ABSENT,
    DISPATCHING,
    FLAGGED,
    HELPING,
    LEAD,
    LEADER,
    NOBODY,
    OTHER,
    OWN,
    ROOM,
    Page,
    Stage,
)


def services() -> Iterator[Page]:
    """Yield every row of theirs."""
    yield from _directory()
    yield from _voices()
    yield from _volunteers()


def _voices() -> Iterator[Page]:
    absent: Callable[[Stage], tuple[Any, ...]] = lambda _stage: (ABSENT,)  # noqa: E731 - bound once
    yield Page("voice-letters", DISPATCHING)
    for name in ("topic", "poll"):
        yield Page(f"voice-{name}s", ROOM | LEADER)
        yield Page(f"voice-{name}-new", DISPATCHING)
        yield Page(f"voice-{name}", NOBODY, absent)  # test_voices.py opens those that are there
    yield Page("voice-topic-join", DISPATCHING, method="post")
    for name in ("topic-publish", "topic-answer", "topic-close", "poll-publish", "poll-extend"):
        yield Page(f"voice-{name}", NOBODY, absent, method="post")
    yield Page("voice-poll-withdraw", NOBODY, absent, method="post")
    yield Page("voice-poll-file", NOBODY, absent)


def _directory() -> Iterator[Page]:
    absent: Callable[[Stage], tuple[Any, ...]] = lambda _stage: (ABSENT,)  # noqa: E731 - bound once
    yield Page("guides", DISPATCHING | OWN | OTHER | HELPING | FLAGGED)
    yield Page("guide-new", DISPATCHING | OWN | OTHER | HELPING | FLAGGED)
    yield Page("guide-edit", NOBODY, absent)
    yield Page("guide-step", NOBODY, absent, method="post")
    for name in ("import", "template", "export"):
        yield Page(f"guide-{name}", DISPATCHING)
    yield Page("guide-import-apply", DISPATCHING, method="post")
    yield Page("bulletins", DISPATCHING | {"auditor"})
    yield Page("bulletin-new", DISPATCHING)
    yield Page("bulletin-edit", NOBODY, absent)
    yield Page("bulletin-step", NOBODY, absent, method="post")


def _volunteers() -> Iterator[Page]:
    absent: Callable[[Stage], tuple[Any, ...]] = lambda _stage: (ABSENT,)  # noqa: E731 - bound once
    reading = DISPATCHING | {"auditor"}
    yield Page("volunteers", reading)
    yield Page("volunteer", NOBODY, absent)
    yield Page("volunteer-export", reading, method="post")
    yield Page("volunteer-correct", LEAD, absent, method="post")
    yield Page("points-reverse", LEAD, absent, method="post")
    yield Page("rewards", reading)
    yield Page("reward-new", DISPATCHING)
    yield Page("reward", NOBODY, absent)
    yield Page("reward-counter", DISPATCHING)
    yield Page("patrols", reading)
    yield Page("patrol-new", DISPATCHING)
    yield Page("patrol", NOBODY, absent)
    yield Page("patrol-cancel", DISPATCHING, absent, method="post")
    yield Page("signup-settle", DISPATCHING, absent, method="post")
