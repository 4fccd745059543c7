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
    """One ticket's fate: its own ``dice``, and ``turn``, by which an overtaken step is dropped.

    ``ticket`` is as its last step left it: nobody else moves it without the story hearing of it.
    """

    ticket: Ticket
    arrival: Arrival
    dice: Random
    turn: int = 0
    asked: bool = False
    split: bool = False
    suspended: bool = False
    reports: list[int] = field(default_factory=list)


TicketStep = Callable[[Story, datetime], None]


@dataclass
class World:
    """Everything the story needs; the heap holds (moment, order, step)."""

    words: Words
    cast: Cast
    album: Album
    seed: int
    photo_codes: frozenset[str] = frozenset()
    village_of: dict[int, str] = field(default_factory=dict)
    stories: dict[int, Story] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    open_of_hotspot: dict[int, list[int]] = field(default_factory=dict)
    go_on: Callable[[Story, datetime], None] = lambda _story, _now: None
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

    def next_step(self, story: Story, moment: datetime, step: TicketStep) -> None:
        """Do ``step`` with the story's ticket at ``moment``, unless somebody moves it before."""
        story.turn += 1
        turn = story.turn

        def run(now: datetime) -> None:
            if story.turn == turn:
                step(story, now)

        self.at(moment, run)

    def aside(self, story: Story, moment: datetime, step: TicketStep) -> None:
        """Do ``step`` at ``moment`` if the ticket is still in the same state; its turn stays."""
        status = story.ticket.status

        def run(now: datetime) -> None:
            if story.ticket.status == status:
                step(story, now)

        self.at(moment, run)

    def do(self, story: Story, action: Act, actor: Actor, now: datetime, **fields: Any) -> bool:
        """Perform the action; False, counted, when the workflow refuses it."""
        key = story.ticket.pk
        try:
            story.ticket = perform(key, action, actor=actor, now=now, fields=Fields(**fields))
        except DomainError as error:
            self.refusals[f"{action}:{error.code}"] += 1
            return False
        return True

    def move(self, story: Story, action: Act, actor: Actor, now: datetime, **fields: Any) -> bool:
        """Perform the action and let the ticket's story go on."""
        done = self.do(story, action, actor, now, **fields)
        if done:
            self.go_on(story, now)
        return done

    def resident(
        self, report_id: int, action: ResidentAction, now: datetime, **payload: object
    ) -> bool:
        """Let a resident act about their report, and its ticket's story go on if that moved it.

        False, counted, when that is not possible.
        """
        report = Report.objects.get(pk=report_id)
        if action.value not in report.allowed_actions:
            return False
        state = Ticket.objects.filter(ticket_reports__report=report_id).values_list("pk", "status")
        key, was = state.get()
        try:
            act(report, action, payload=payload, now=now)
        except DomainError as error:
            self.refusals[f"{action}:{error.code}"] += 1
            return False
        if state.get() != (key, was):
            self.refresh(self.stories[key], now)
        return True

    def refresh(self, story: Story, now: datetime) -> None:
        """Read the ticket that somebody else has moved, and let its story go on."""
        tickets = Ticket.objects.select_related("category", "lead_department")
        story.ticket = tickets.get(pk=story.ticket.pk)
        self.go_on(story, now)

    def dice(self, name: str) -> Random:
        """Return the chance of one thing, the same for the same seed."""
        return Random(f"{name}/{self.seed}")  # noqa: S311 - a story, no secret


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
