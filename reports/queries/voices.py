"""What anybody reads of topics and polls, and what is only one's own: supported, voted.

Nothing here says who supports or votes, and of a poll only what its rules show at that moment, to
staff as to residents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from reports.models import Poll, PollOption, PollParticipation, Resident, Topic, TopicSupport
from reports.voice_enums import PollPhase, PollState, ResultVisibility, TopicState

FEW = 5
"""With fewer voters an interim result would tell a neighbour who chose what."""
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class OptionResult:
    """``share`` is percent of the voters, one decimal; with several choices they exceed 100 together."""

    option_id: int
    text: str
    votes: int
    share: float


@dataclass(frozen=True, slots=True)
class PollResult:
    """``options`` is empty while fewer than :data:`FEW` have voted in an open poll."""

    voters: int
    doubled: int
    options: Sequence[OptionResult]
    final: bool


def public_topics() -> QuerySet[Topic]:
    """Return topics that are not drafts; unordered, for a page of them."""
    return Topic.objects.exclude(state=TopicState.DRAFT)


def public_polls() -> QuerySet[Poll]:
    """Return published polls with their options; unordered, for a page of them."""
    return Poll.objects.filter(state=PollState.PUBLISHED).prefetch_related("options")


def readable_polls() -> QuerySet[Poll]:
    """Return what can be opened by its address: a withdrawn poll says that it is."""
    return Poll.objects.exclude(state=PollState.DRAFT).prefetch_related("options")


def supported_ids(resident: Resident | None, topics: Iterable[Topic]) -> frozenset[int]:
    """Return which of the topics this person supports; no query for nobody."""
    if resident is None:
        return frozenset()
    mine = TopicSupport.objects.filter(resident=resident, topic__in=list(topics))
    return frozenset(mine.values_list("topic_id", flat=True))


def voted_ids(resident: Resident | None, polls: Iterable[Poll]) -> frozenset[int]:
    """Return in which of the polls this person has voted; no query for nobody."""
    if resident is None:
        return frozenset()
    mine = PollParticipation.objects.filter(resident=resident, poll__in=list(polls))
    return frozenset(mine.values_list("poll_id", flat=True))


def visible_result(poll: Poll, *, phase: PollPhase, voted: bool) -> PollResult | None:
    """Return what somebody may see of the result now; None for nothing.

    ``voted`` is whether they took part; staff have not.
    """
    if poll.result is not None:
        return _result(poll.result, final=True)
    if phase == PollPhase.CLOSED:
        return _live(poll, final=True)
    early = poll.result_visibility == ResultVisibility.AFTER_VOTE
    if phase != PollPhase.OPEN or not (early and voted):
        return None
    if poll.voters < FEW:
        return PollResult(poll.voters, poll.doubled, (), final=False)
    return _live(poll, final=False)


def supports_of(resident: Resident) -> QuerySet[TopicSupport]:
    """Return somebody's own supports, for their export."""
    return TopicSupport.objects.filter(resident=resident).select_related("topic").order_by("pk")


def votes_of(resident: Resident) -> QuerySet[PollParticipation]:
    """Return in which polls somebody took part, for their export."""
    return PollParticipation.objects.filter(resident=resident).select_related("poll").order_by("pk")


def _live(poll: Poll, *, final: bool) -> PollResult:
    rows = [_row(option) for option in poll.options.all()]
    facts = {"voters": poll.voters, "doubled": poll.doubled, "options": rows}
    return _result(facts, final=final)


def _row(option: PollOption) -> dict[str, Any]:
    return {"id": option.pk, "text": option.text, "votes": option.votes}


def _result(facts: dict[str, Any], *, final: bool) -> PollResult:
    voters = facts["voters"]
    options = tuple(
        OptionResult(row["id"], row["text"], row["votes"], _share(row["votes"], voters))
        for row in facts["options"]
    )
    return PollResult(voters, facts["doubled"], options, final=final)


def _share(votes: int, voters: int) -> float:
    return round(votes * _PERCENT / voters, 1) if voters else 0.0
