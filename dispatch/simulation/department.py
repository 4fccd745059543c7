"""The departments' part: sign, return, work, ask for time, suspend, finish."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dispatch.enums import Outcome, ReturnReason
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from dispatch.simulation.desk import reply, right_department
from dispatch.simulation.world import Story, World, after, is_urgent, spread
from dispatch.triage.reference import current_reference
from reports.enums import Urgency

_SIGN_MINUTES = {Urgency.P0: 6, Urgency.P1: 14, Urgency.P2: 75, Urgency.P3: 110}
_RETURN_MINUTES = 90
_RETURNS_WRONG, _RETURNS_ANYWAY, _FORGETS = 0.9, 0.015, 0.03
_LAST_DISPATCH = 3
_SHARE_OF_LIMIT, _LEAST_MINUTES = 0.42, 15
_EXTENDS, _SUSPENDS, _STUCK, _SPLITS, _NOTES = 0.06, 0.015, 0.02, 0.012, 0.06
_GRANTED, _SUPERVISED, _EXTENDED_AGAIN = 0.85, 0.5, 0.2
_OUTCOMES = (
    (Outcome.SOLVED, 0.78), (Outcome.PARTLY, 0.06), (Outcome.EXPLAINED, 0.08),
    (Outcome.NOT_FOUND, 0.03), (Outcome.TEMPORARY, 0.05),
)  # fmt: skip


def dispatched(world: World, ticket: Ticket, now: datetime) -> None:
    """Sign, return what is not one's own, or forget it: then time signs."""
    story, dice = world.stories[ticket.pk], world.stories[ticket.pk].dice
    assert ticket.lead_department_id is not None
    pace = world.cast.pace.get(ticket.lead_department_id, 1.0)
    if ticket.dispatch_count < _LAST_DISPATCH and dice.random() < _return_chance(ticket, story):
        moment = after(ticket, now, min(spread(dice, _RETURN_MINUTES * pace, 0.5), 300))
        world.next_step(ticket, moment, partial(_return, world))
    elif is_urgent(ticket) or dice.random() > _FORGETS * pace:
        minutes = spread(dice, _SIGN_MINUTES[Urgency(ticket.urgency)] * pace)
        world.next_step(ticket, after(ticket, now, minutes), partial(_accept, world))


def _return_chance(ticket: Ticket, story: Story) -> float:
    if ticket.parent_id is not None or ticket.is_letter:
        return 0.0
    right = right_department(ticket, story, current_reference())
    wrong = right is not None and right.pk != ticket.lead_department_id and not ticket.auto_dispatched
    named = ticket.category is not None and ticket.category.code != story.arrival.code
    return _RETURNS_WRONG if wrong or named else _RETURNS_ANYWAY


def _return(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    reference = current_reference()
    right = right_department(ticket, story, reference)
    reason, note = story.dice.choice(world.words.raw["returns"])
    if ticket.category is not None and ticket.category.code != story.arrival.code:
        reason, note = world.words.raw["returns"][1]
    moved = world.move(
        ticket, Act.RETURN, world.cast.heads[_department(ticket)], now,
        return_reason=ReturnReason(reason), note=note, suggested_department=right,
    )  # fmt: skip
    if moved is None:
        _accept(world, ticket, story, now)


def _accept(world: World, ticket: Ticket, _story: Story, now: datetime) -> None:
    world.move(ticket, Act.ACCEPT, world.cast.handlers[_department(ticket)], now)


def handling(world: World, ticket: Ticket, now: datetime) -> None:
    """Work on it; what else may happen before it is done is drawn here."""
    story, dice = world.stories[ticket.pk], world.stories[ticket.pk].dice
    finish = after(ticket, now, _work_minutes(world, ticket, story))
    if dice.random() < _NOTES:
        world.aside(ticket, after(ticket, now, spread(dice, 60)), partial(_note, world))
    if not ticket.is_letter and ticket.parent_id is None and not ticket.rework_count:
        if _ask_for_something(world, ticket, story, now, finish):
            return
    if dice.random() < _STUCK and not is_urgent(ticket):
        finish = after(ticket, now, 450 * 25)
    if ticket.due_at is not None and finish > ticket.due_at and ticket.supervised_at is None:
        world.aside(ticket, after(ticket, ticket.due_at, 400), partial(_supervise, world))
    world.next_step(ticket, finish, partial(finish_ticket, world))


def _work_minutes(world: World, ticket: Ticket, story: Story) -> float:
    """Return how long the work takes: a share of what the limit gives, more with the slow."""
    pace = world.cast.pace.get(_department(ticket), 1.0)
    base = (ticket.clock_bases or {}).get("handle", {}).get("minutes", 900)
    share = _SHARE_OF_LIMIT * (0.4 if ticket.rework_count else 1.0)
    if ticket.is_letter:
        share *= 0.4
    return max(_LEAST_MINUTES, spread(story.dice, base * share * pace, 0.6))


def _ask_for_something(
    world: World, ticket: Ticket, story: Story, now: datetime, finish: datetime
) -> bool:
    """Ask the lead for more time or a suspension; True when that comes before finishing."""
    dice, pace = story.dice, world.cast.pace.get(_department(ticket), 1.0)
    due = ticket.due_at
    if is_urgent(ticket) or due is None or due <= now:
        return False
    if not ticket.extension_count and (dice.random() < _EXTENDS * pace or _late(finish, due, dice.random())):
        moment = now + (due - now) * dice.uniform(0.4, 0.9)
        world.next_step(ticket, _office(moment, due), partial(_ask_extension, world))
        return True
    if dice.random() < _SUSPENDS and story.turn < 10:
        world.next_step(ticket, after(ticket, now, spread(dice, 120)), partial(_ask_suspension, world))
        return True
    if not story.split and dice.random() < _SPLITS:
        story.split = True
        world.aside(ticket, after(ticket, now, spread(dice, 90)), partial(_split, world))
    return False


def _late(finish: datetime, due: datetime, drawn: float) -> bool:
    """Whether who will be late foresees it."""
    return finish > due and drawn < 0.3


def _office(moment: datetime, latest: datetime) -> datetime:
    """Return the moment, or the next one in office hours, before ``latest`` all the same."""
    calendar = work_calendar()
    if calendar.is_open(moment):
        return moment
    return min(calendar.add_work_minutes(moment, 20), latest - timedelta(minutes=5))


def _ask_extension(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    head, due = world.cast.heads[_department(ticket)], ticket.due_at
    assert due is not None
    days = story.dice.randint(2, 5)
    wanted = work_calendar().add_work_minutes(max(due, now), 450 * days)
    note = world.words.pick(story.dice, "extensions")
    if world.do(ticket, Act.REQUEST_EXTENSION, head, now, new_due=wanted, note=note) is None:
        finish_ticket(world, ticket, story, now)
        return
    world.next_step(ticket, after(ticket, now, spread(story.dice, 100)), partial(_decide_extension, world))


def _decide_extension(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    lead, dice = world.cast.lead, story.dice
    if dice.random() < _GRANTED:
        moved = world.do(ticket, Act.GRANT_EXTENSION, lead, now)
    else:
        moved = world.do(ticket, Act.DENY_EXTENSION, lead, now, note="请克服困难按期办结")
    minutes = spread(dice, 450 * 2 if moved else 200, 0.5)
    world.next_step(ticket, after(ticket, now, minutes), partial(finish_ticket, world))


def _ask_suspension(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    note, told = story.dice.choice(world.words.raw["suspensions"])
    review = now.astimezone(work_calendar().tz).date() + timedelta(days=story.dice.randint(20, 60))
    head = world.cast.heads[_department(ticket)]
    asked = world.do(
        ticket, Act.REQUEST_SUSPENSION, head, now, note=note, public_text=told, review_at=review
    )
    if asked is None:
        finish_ticket(world, ticket, story, now)
        return
    moment = after(ticket, now, spread(story.dice, 150))
    world.next_step(ticket, moment, partial(_decide_suspension, world))


def _decide_suspension(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    lead = world.cast.lead
    if story.dice.random() < _GRANTED and world.move(ticket, Act.GRANT_SUSPENSION, lead, now):
        return
    world.do(ticket, Act.DENY_SUSPENSION, lead, now, note="具备办理条件，请继续办理")
    moment = after(ticket, now, spread(story.dice, 450))
    world.next_step(ticket, moment, partial(finish_ticket, world))


def suspended(world: World, ticket: Ticket, _now: datetime) -> None:
    """Look at it again on the day of the review."""
    if ticket.review_at is None:
        return
    calendar, dice = work_calendar(), world.stories[ticket.pk].dice
    morning = datetime(*ticket.review_at.timetuple()[:3], 9, 0, tzinfo=calendar.tz)
    moment = calendar.add_work_minutes(morning, dice.randint(5, 300))
    world.next_step(ticket, moment, partial(_review, world))


def _review(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    if story.dice.random() < _EXTENDED_AGAIN:
        review = now.astimezone(work_calendar().tz).date() + timedelta(days=30)
        world.move(
            ticket, Act.EXTEND_SUSPENSION, world.cast.lead, now, review_at=review, note="条件仍不具备"
        )
        return
    world.move(ticket, Act.RESUME, world.cast.heads[_department(ticket)], now)


def finish_ticket(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Say how it ended, with a photo where the category wants one; a letter is answered."""
    handler = world.cast.handlers[_department(ticket)]
    if ticket.is_letter:
        world.move(ticket, Act.REPLY, handler, now, public_text=reply(world, ticket, story))
        return
    outcomes, weights = zip(*_OUTCOMES, strict=True)
    outcome = story.dice.choices(outcomes, weights)[0]
    fields: dict[str, Any] = {"outcome": outcome, "public_text": _result(world, story, outcome)}
    if ticket.category is not None and ticket.category.after_photo_required:
        fields["photos"] = (world.album.after(story.dice),)
    world.move(ticket, Act.FINISH, handler, now, **fields)


def _result(world: World, story: Story, outcome: Outcome) -> str:
    if outcome == Outcome.SOLVED:
        return world.words.result(story.dice, story.arrival.code)
    return str(world.words.pick(story.dice, outcome.value))


def _note(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    note = world.words.pick(story.dice, "notes")
    world.do(ticket, Act.NOTE, world.cast.handlers[_department(ticket)], now, note=note)


def _supervise(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Let the lead ask why it is late; whoever is asked hurries up."""
    dice = story.dice
    if ticket.supervised_at is not None or dice.random() > _SUPERVISED:
        return
    note = world.words.pick(dice, "supervisions")
    due = work_calendar().add_work_minutes(now, 900)
    if world.do(ticket, Act.SUPERVISE, world.cast.lead, now, note=note, reply_due=due) is None:
        return
    world.aside(ticket, after(ticket, now, spread(dice, 200, 0.5)), partial(_explain, world))
    world.next_step(ticket, after(ticket, now, spread(dice, 600, 0.5)), partial(finish_ticket, world))


def _explain(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    note = world.words.pick(story.dice, "supervision_answers")
    head = world.cast.heads[_department(ticket)]
    world.do(ticket, Act.ANSWER_SUPERVISION, head, now, note=note)


def _split(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Give a part of it to one more department."""
    keys = sorted(world.cast.handlers.keys() - {_department(ticket), world.cast.command_room.pk})
    department = current_reference().departments[story.dice.choice(keys)]
    done = world.do(
        ticket, Act.SPLIT, world.cast.desk(story.dice), now,
        departments=(department,), task="请配合到现场处理属于本单位的部分",
    )  # fmt: skip
    if done is None:
        return
    for child in Ticket.objects.filter(parent=ticket).exclude(pk__in=world.stories):
        world.stories[child.pk] = Story(story.arrival, story.dice, split=True)
        world.plan_next(child, now)


def _department(ticket: Ticket) -> int:
    assert ticket.lead_department_id is not None
    return ticket.lead_department_id
