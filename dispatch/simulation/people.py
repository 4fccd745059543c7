"""The residents' part: send, join, add, urge, withdraw, rate, reopen."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from dispatch.enums import Outcome
from dispatch.models import Ticket
from dispatch.simulation.plan import Arrival
from dispatch.simulation.world import Story, World, spread, waking
from reports.domain.drafts import Draft, Location
from reports.domain.intake import submit_report
from reports.enums import Channel, LocationSource, ReportKind, ResidentAction
from reports.models import Report, Resident
from xiangcun.lib.errors import DomainError
from xiangcun.lib.geo import CoordType

_JOINS, _SUPPLEMENTS, _WITHDRAWS, _URGES = 0.3, 0.05, 0.015, 0.14
_RATES, _UNSOLVED_REOPENS, _LATE_REOPENS, _COMMENTS = 0.42, 0.3, 0.012, 0.5
_SOLVED = {Outcome.SOLVED: 0.95, Outcome.PARTLY: 0.6, Outcome.TEMPORARY: 0.7, "": 0.93}
_SOLVED_OTHERWISE, _LATE_COSTS, _REWORK_COSTS = 0.5, 0.15, 0.1
_SCORES_SOLVED, _SCORES_UNSOLVED = (0, 1, 6, 25, 68), (45, 35, 18, 2, 0)
_H5, _GRID, _GPS = 0.25, 0.32, 0.7


def submit(
    world: World, arrival: Arrival, resident: Resident, *, join: str, now: datetime
) -> Report | None:
    """Send the report; ``None``, counted, when the system refuses it."""
    dice = world.dice(f"sending/{arrival.number}")
    photos: tuple[UUID, ...] = ()
    wanted = arrival.chosen and arrival.code in world.photo_codes
    if arrival.photo or (wanted and arrival.kind == ReportKind.PROBLEM):
        photos = (world.album.before(resident, now=now),)
    gps = dice.random()
    draft = Draft(
        client_id=UUID(int=dice.getrandbits(128), version=4),
        kind=arrival.kind,
        text=arrival.text,
        location=Location(
            lat=arrival.lat, lng=arrival.lng, coord_type=CoordType.WGS84,
            source=LocationSource.GPS if gps < _GPS else LocationSource.PICKED,
            accuracy=round(dice.uniform(5, 40), 1),
        ),
        category=arrival.code if arrival.chosen and arrival.kind == ReportKind.PROBLEM else "",
        photos=photos,
        anonymous=arrival.anonymous,
        join=join,
    )  # fmt: skip
    drawn = dice.random()
    channel = Channel.H5 if drawn < _H5 else Channel.GRID if drawn < _GRID else Channel.MINIPROGRAM
    try:
        return submit_report(resident, draft, now=now, channel=channel).record.report
    except DomainError as error:
        world.refusals[f"submit:{error.code}"] += 1
        return None


def joins(world: World, arrival: Arrival) -> str:
    """Return the number of an open public case of the same hotspot that this person also met."""
    keys = world.open_of_hotspot.get(arrival.hotspot, [])
    if not keys or world.dice(f"joining/{arrival.number}").random() > _JOINS:
        return ""
    reports = Report.objects.filter(ticket_report__ticket__in=keys, published_at__isnull=False)
    opened = reports.filter(public_status__in=("received", "processing")).order_by("pk")
    return str(opened.values_list("number", flat=True).first() or "")


def follow(world: World, story: Story, report_id: int, now: datetime) -> None:
    """Plan what this resident may do while the case is open."""
    dice = story.dice
    if dice.random() < _WITHDRAWS:
        moment = now + timedelta(minutes=dice.randint(3, 50))
        world.at(moment, partial(_withdraw, world, story, report_id))
    if dice.random() < _SUPPLEMENTS:
        moment = now + timedelta(minutes=dice.randint(5, 400))
        world.at(waking(moment), partial(_supplement, world, story, report_id))
    if dice.random() < _URGES:
        moment = waking(now + timedelta(hours=spread(dice, 60, 0.5)))
        world.at(moment, partial(_urge, world, story, report_id))


def _withdraw(world: World, story: Story, report_id: int, now: datetime) -> None:
    reason = world.words.pick(story.dice, "withdrawals")
    world.resident(report_id, ResidentAction.WITHDRAW, now, reason=reason)


def _supplement(world: World, story: Story, report_id: int, now: datetime) -> None:
    text = world.words.pick(story.dice, "supplements")
    world.resident(report_id, ResidentAction.SUPPLEMENT, now, text=text, photos=[])


def _urge(world: World, story: Story, report_id: int, now: datetime) -> None:
    text = world.words.pick(story.dice, "urges")
    urged = world.resident(report_id, ResidentAction.URGE, now, text=text)
    if urged and story.dice.random() < _URGES * 2:
        world.at(waking(now + timedelta(hours=30)), partial(_urge, world, story, report_id))


def awaiting_rating(world: World, story: Story, now: datetime) -> None:
    """Some rate within days, some reopen; of the others time says that they did not."""
    ticket, dice = story.ticket, story.dice
    for report_id in story.reports:
        if dice.random() < _RATES:
            moment = waking(now + timedelta(hours=min(spread(dice, 16, 1.0), 150)))
            world.at(moment, partial(_rate, world, story, report_id, ticket.reopen_count))


def _rate(world: World, story: Story, report_id: int, round_: int, now: datetime) -> None:
    ticket = story.ticket
    if ticket.reopen_count != round_:
        return
    dice = story.dice
    solved = dice.random() < _chance_solved(ticket)
    if not solved and dice.random() < _UNSOLVED_REOPENS and _reopen(world, story, report_id, now):
        return
    score = dice.choices(range(1, 6), _SCORES_SOLVED if solved else _SCORES_UNSOLVED)[0]
    said = dice.random() < _COMMENTS
    comment = dice.choice(world.words.raw["comments"][str(score)]) if said else ""
    world.resident(report_id, ResidentAction.RATE, now, solved=solved, score=score, comment=comment)


def _chance_solved(ticket: Ticket) -> float:
    late = ticket.due_at and ticket.handled_at and ticket.handled_at > ticket.due_at
    chance = _SOLVED.get(ticket.outcome, _SOLVED_OTHERWISE)
    return chance - _LATE_COSTS * bool(late) - _REWORK_COSTS * bool(ticket.rework_count)


def _reopen(world: World, story: Story, report_id: int, now: datetime) -> bool:
    reason = world.words.pick(story.dice, "reopens")
    return world.resident(report_id, ResidentAction.REOPEN, now, reason=reason)


def closed(world: World, story: Story, now: datetime) -> None:
    """A few find out later that it was not solved."""
    ticket = story.ticket
    if ticket.parent_id is None and story.reports and story.dice.random() < _LATE_REOPENS:
        moment = waking(now + timedelta(days=story.dice.randint(2, 20)))
        world.next_step(story, moment, partial(_reopen_late, world))


def _reopen_late(world: World, story: Story, now: datetime) -> None:
    _reopen(world, story, story.reports[0], now)
