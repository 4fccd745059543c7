"""One history from its first day to ``until``: plan, live, count, and leave nothing to be sent.

All of it happens in transactions whose on-commit hooks are dropped: no bell is rung, no photo worker
woken, no alarm sent. What the workflow wrote down to be told is marked as told before anybody else
can see it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import F, QuerySet

from dispatch.domain.spreading import is_waiting, spread_announcements
from dispatch.domain.timers import deal_cards, run_timers
from dispatch.enums import NotificationState, TicketStatus
from dispatch.models import Announcement, Notification, Ticket
from dispatch.models.notifications import OUTBOUND
from dispatch.queries.calendar import work_calendar
from dispatch.simulation import department, desk, people
from dispatch.simulation.album import Album
from dispatch.simulation.cast import DOOR, make_residents, new_run, read_cast
from dispatch.simulation.plan import Arrival, Plan, Planner
from dispatch.simulation.words import read_words
from dispatch.simulation.world import Story, World
from dispatch.summary.insights.refresh import refresh_insights
from dispatch.summary.rollup import BATCH as FOLD_BATCH
from dispatch.summary.rollup import fold_events
from dispatch.triage.hotspots.refresh import refresh_hotspots
from dispatch.triage.pipeline import run_triage
from reports.domain.sending import settle_messages
from reports.models import Category, Grid, Resident
from xiangcun.lib.errors import ConflictError

ONE_PIECE = 3000
"""Up to so many reports are one transaction: all of the history or nothing."""
_PIECE = timedelta(days=7)
_TOLD_DAYS = 3
_TIMER_HOURS, _CARD_HOURS = (0, 9, 14), (7, 9, 11, 14, 16, 18, 21)

PLANNERS: Mapping[str, Callable[[World, Story, datetime], None]] = {
    TicketStatus.ASSESSING: desk.assessing,
    TicketStatus.NEED_INFO: desk.need_info,
    TicketStatus.REJECTED: desk.rejected,
    TicketStatus.ESCALATED: desk.escalated,
    TicketStatus.HANDLED: desk.handled,
    TicketStatus.DISPATCHED: department.dispatched,
    TicketStatus.HANDLING: department.handling,
    TicketStatus.SUSPENDED: department.suspended,
    TicketStatus.AWAITING_RATING: people.awaiting_rating,
    TicketStatus.CLOSED: people.closed,
}
_MOVED_BY_TIME = (TicketStatus.HANDLING, TicketStatus.ASSESSING, TicketStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: reports sent, tickets opened, what the workflow refused (by action:code)."""

    reports: int
    tickets: int
    refusals: Mapping[str, int]


def simulate(
    *, days: int, reports: int, seed: int, until: datetime, tick: Callable[[int], object]
) -> Told:
    """Live through ``days`` days with about ``reports`` reports; ``tick`` hears of each report.

    The same arguments decide the same things in the same order; numbers and keys differ. Raises
    ``ConflictError`` without demo staff or without grids.
    """
    grids = list(Grid.objects.filter(is_active=True).order_by("code"))
    if not grids:
        raise ConflictError("no_grids", "没有网格，请先运行 manage.py seed_township")
    words = read_words()
    plan = Planner(words, grids, seed=seed, days=days, until=until).plan(reports)
    begin = until - timedelta(days=days + 1)
    run = _Run(plan, seed=seed, until=until, tick=tick)
    pieces = [until] if reports <= ONE_PIECE else list(_pieces(begin, until))
    with hushed():
        run.prepare(begin)
        if len(pieces) == 1:
            run.live(until)
    for piece in pieces if len(pieces) > 1 else ():
        with hushed():
            run.live(piece)
    with hushed():
        refresh_hotspots(now=until)
        refresh_insights(now=until)
    return run.told()


@contextmanager
def hushed() -> Iterator[None]:
    """Hold a transaction whose on-commit hooks are forgotten: what happened long ago rings no bell."""
    with transaction.atomic():
        kept = len(connection.run_on_commit)
        yield
        del connection.run_on_commit[kept:]


def _pieces(begin: datetime, until: datetime) -> Iterator[datetime]:
    moment = begin + _PIECE
    while moment < until:
        yield moment
        moment += _PIECE
    yield until


class _Run:
    """One history being lived."""

    def __init__(
        self, plan: Plan, *, seed: int, until: datetime, tick: Callable[[int], object]
    ) -> None:
        self._plan, self._seed, self._until, self._tick = plan, seed, until, tick
        self._residents: list[Resident] = []
        self._world: World

    def prepare(self, begin: datetime) -> None:
        """Make people and pictures, and put every arrival and the office's clock into the heap."""
        cast = read_cast()
        self._residents = make_residents(self._plan.people, since=begin, run=new_run())
        world = World(read_words(), cast, album=None, seed=self._seed)  # type: ignore[arg-type]
        world.album = Album(world.dice("album"), since=begin)
        photos = Category.objects.filter(photo_required=True)
        world.photo_codes = frozenset(photos.values_list("code", flat=True))
        world.village_of = dict(Grid.objects.values_list("pk", "village_code"))
        world.go_on = self._go_on
        for arrival in self._plan.arrivals:
            world.at(arrival.at, partial(self._arrive, arrival))
        self._world = world
        for day in itertools.count():
            midnight = _midnight(begin) + timedelta(days=day)
            if midnight > self._until:
                break
            for hour in _CARD_HOURS:
                world.at(midnight + timedelta(hours=hour, minutes=1), self._cards)
            for hour in _TIMER_HOURS:
                world.at(midnight + timedelta(hours=hour, minutes=5), self._timers)

    def live(self, until: datetime) -> None:
        """Go on to ``until``; count what happened and mark as told what was to be told."""
        self._world.advance(until)
        while fold_events(now=until) == FOLD_BATCH:
            pass
        self._settle_notices()
        settle_messages(DOOR)

    def told(self) -> Told:
        """Return what came of it."""
        stories = self._world.stories
        return Told(len(self._plan.arrivals), len(stories), dict(self._world.refusals))

    def _go_on(self, story: Story, now: datetime) -> None:
        story.turn += 1
        planner = PLANNERS.get(story.ticket.status)
        if planner is not None:
            planner(self._world, story, now)

    def _arrive(self, arrival: Arrival, now: datetime) -> None:
        """Send a report, triage it seconds later, and begin or join a story."""
        world = self._world
        self._tick(1)
        resident = self._residents[arrival.person]
        join = people.joins(world, arrival) if arrival.hotspot else ""
        report = people.submit(world, arrival, resident, join=join, now=now)
        if report is None:
            return
        dice = world.dice(f"story/{arrival.number}")
        moment = now + timedelta(seconds=dice.randint(2, 40))
        run = run_triage(report.pk, now=moment)
        assert run is not None
        assert run.ticket is not None
        story = world.stories.get(run.ticket.pk)
        if story is None:
            story = world.stories[run.ticket.pk] = Story(run.ticket, arrival, dice)
            desk.keep_open(world, story)
            desk.acknowledge(world, story, moment)
            self._go_on(story, moment)
        story.reports.append(report.pk)
        people.follow(world, story, report.pk, moment)

    def _cards(self, now: datetime) -> None:
        deal_cards(now=now)

    def _timers(self, now: datetime) -> None:
        """Let time do its part, and go on with what it has moved."""
        if not run_timers(now=now):
            return
        moved = Ticket.objects.filter(status__in=_MOVED_BY_TIME, status_since=now)
        for key in moved.order_by("pk").values_list("pk", flat=True):
            if key in self._world.stories:
                self._world.refresh(self._world.stories[key], now)

    def _settle_notices(self) -> None:
        """Put the last days' notices into the inboxes, and let no channel send any."""
        mine = Announcement.objects.filter(
            spread_at__isnull=True,
            ticket__ticket_reports__report__resident__openid__startswith=DOOR,
        )
        fresh = self._until - timedelta(days=_TOLD_DAYS)
        keys = list(mine.filter(created_at__lt=fresh).values_list("pk", flat=True))
        Announcement.objects.filter(pk__in=keys).update(spread_at=F("created_at"))
        while is_waiting() and spread_announcements(now=self._until) is not None:
            pass
        outbound = Notification.objects.filter(
            setting__isnull=False, state__in=OUTBOUND, ticket__in=_tickets()
        )
        outbound.update(state=NotificationState.SKIPPED, reason="示例数据不外发")


def _tickets() -> QuerySet[Ticket]:
    return Ticket.objects.filter(ticket_reports__report__resident__openid__startswith=DOOR)


def _midnight(moment: datetime) -> datetime:
    local = moment.astimezone(work_calendar().tz)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
