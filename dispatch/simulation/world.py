"""The clock of the story: steps in order of time, each one a real function of the system."""

from __future__ import annotations

import heapq
import itertools
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import QuerySet

from dispatch.domain import clocks
from dispatch.domain.actors import Actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import LimitUnit
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from dispatch.simulation.album import Album
from dispatch.simulation.cast import Cast
from dispatch.simulation.plan import Arrival
from dispatch.simulation.words import Words
from reports.domain.actions import act
from reports.enums import ResidentAction, Urgency
from reports.models import Report
from xiangcun.lib.errors import DomainError

logger = logging.getLogger(__name__)

Step = Callable[[datetime], None]
_ROUND_THE_CLOCK = frozenset({Urgency.P0, Urgency.P1})
_WAKING_HOURS = range(7, 23)


@dataclass(slots=True)
class Story:
    """One ticket's fate: its own ``dice``, and ``turn``, by which an overtaken step is dropped."""

    arrival: Arrival
    dice: Random
    turn: int = 0
    asked: bool = False
    split: bool = False
    reports: list[int] = field(default_factory=list)


@dataclass
class World:
    """Everything the story needs; the heap holds (moment, order, step)."""

    words: Words
    cast: Cast
    album: Album
    seed: int
    photo_codes: frozenset[str] = frozenset()
    stories: dict[int, Story] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    open_of_hotspot: dict[int, list[int]] = field(default_factory=dict)
    plan_next: Callable[[Ticket, datetime], None] = lambda _ticket, _now: None
    _heap: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, moment: datetime, step: Step) -> None:
        """Do ``step`` at ``moment``."""
        heapq.heappush(self._heap, (moment, next(self._order), step))

    def advance(self, until: datetime) -> None:
        """Do what is due before ``until``, in order of time."""
        while self._heap and self._heap[0][0] < until:
            moment, _order, step = heapq.heappop(self._heap)
            step(moment)

    def next_step(
        self, ticket: Ticket, moment: datetime, step: Callable[[Ticket, Story, datetime], None]
    ) -> None:
        """Do ``step`` with the ticket at ``moment``, unless somebody moves it before."""
        story = self.stories[ticket.pk]
        story.turn += 1
        self._later(ticket, moment, step, turn=story.turn)

    def aside(
        self, ticket: Ticket, moment: datetime, step: Callable[[Ticket, Story, datetime], None]
    ) -> None:
        """Do ``step`` at ``moment`` if the ticket is still in the same state; its turn stays."""
        self._later(ticket, moment, step, turn=0)

    def _later(
        self,
        ticket: Ticket,
        moment: datetime,
        step: Callable[[Ticket, Story, datetime], None],
        *,
        turn: int,
    ) -> None:
        key, status = ticket.pk, ticket.status
        story = self.stories[key]

        def run(now: datetime) -> None:
            if turn and story.turn != turn:
                return
            found = _tickets().get(pk=key)
            if found.status == status:
                step(found, story, now)

        self.at(moment, run)

    def do(
        self, ticket: Ticket, action: Act, actor: Actor, now: datetime, **fields: Any
    ) -> Ticket | None:
        """Perform the action; ``None``, counted, when the workflow refuses it."""
        try:
            return perform(ticket.pk, action, actor=actor, now=now, fields=Fields(**fields))
        except DomainError as error:
            self.refusals[f"{action}:{error.code}"] += 1
            return None

    def move(
        self, ticket: Ticket, action: Act, actor: Actor, now: datetime, **fields: Any
    ) -> Ticket | None:
        """Perform the action and let the ticket's story go on."""
        moved = self.do(ticket, action, actor, now, **fields)
        if moved is not None:
            self.plan_next(moved, now)
        return moved

    def resident(
        self, report_id: int, action: ResidentAction, now: datetime, **payload: object
    ) -> bool:
        """Let a resident act about their report, and its ticket's story go on if that moved it.

        False, counted, when that is not possible.
        """
        report = Report.objects.get(pk=report_id)
        if action.value not in report.allowed_actions:
            return False
        ticket = _tickets().get(ticket_reports__report=report_id)
        try:
            act(report, action, payload=payload, now=now)
        except DomainError as error:
            self.refusals[f"{action}:{error.code}"] += 1
            return False
        moved = _tickets().get(pk=ticket.pk)
        if moved.status != ticket.status:
            self.plan_next(moved, now)
        return True

    def dice(self, name: str) -> Random:
        """Return the chance of one thing, the same for the same seed."""
        return Random(f"{name}/{self.seed}")  # noqa: S311 - a story, no secret


def _tickets() -> QuerySet[Ticket]:
    return Ticket.objects.select_related("category", "lead_department")


def spread(dice: Random, median: float, sigma: float = 0.7) -> float:
    """Return a length around ``median``, sometimes much longer: how people's delays are."""
    return float(median * dice.lognormvariate(0, sigma))


def is_urgent(ticket: Ticket) -> bool:
    """Whether people work on it round the clock."""
    return ticket.urgency in _ROUND_THE_CLOCK


def after(ticket: Ticket, now: datetime, minutes: float) -> datetime:
    """Return the moment after so many minutes of the hours in which it is worked on."""
    unit = LimitUnit.NATURAL if is_urgent(ticket) else LimitUnit.WORK
    return clocks.after(now, max(1, round(minutes)), unit) + timedelta(seconds=minutes * 977 % 60)


def waking(moment: datetime) -> datetime:
    """Return the moment, or the next morning when people are asleep."""
    local = moment.astimezone(work_calendar().tz)
    if local.hour in _WAKING_HOURS:
        return moment
    days = 1 if local.hour >= _WAKING_HOURS.stop else 0
    return (local + timedelta(days=days)).replace(hour=8, minute=local.minute)
