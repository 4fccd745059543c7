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
_GRANTED, _SUPERVISED, _EXTENDED_AGAIN, _FORESEES = 0.85, 0.5, 0.2, 0.3
_OUTCOMES = {
    Outcome.SOLVED: 0.78, Outcome.PARTLY: 0.06, Outcome.EXPLAINED: 0.08,
    Outcome.NOT_FOUND: 0.03, Outcome.TEMPORARY: 0.05,
}  # fmt: skip


def dispatched(world: World, story: Story, now: datetime) -> None:
    """Sign, return what is not one's own, or forget it: then time signs."""
    ticket, dice = story.ticket, story.dice
    assert ticket.lead_department_id is not None
    pace = world.cast.pace.get(ticket.lead_department_id, 1.0)
    if ticket.dispatch_count < _LAST_DISPATCH and dice.random() < _return_chance(world, story):
        moment = after(ticket, now, min(spread(dice, _RETURN_MINUTES * pace, 0.5), 300))
        world.next_step(story, moment, partial(_return, world))
    elif is_urgent(ticket) or dice.random() > _FORGETS * pace:
        minutes = spread(dice, _SIGN_MINUTES[Urgency(ticket.urgency)] * pace)
        world.next_step(story, after(ticket, now, minutes), partial(_accept, world))


def _return_chance(world: World, story: Story) -> float:
    ticket = story.ticket
    if ticket.parent_id is not None or ticket.is_letter:
        return 0.0
    right = right_department(world, story, current_reference())
    wrong = (
        right is not None and right.pk != ticket.lead_department_id and not ticket.auto_dispatched
    )
    named = ticket.category is not None and ticket.category.code != story.arrival.code
    return _RETURNS_WRONG if wrong or named else _RETURNS_ANYWAY


def _return(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    reference = current_reference()
    right = right_department(world, story, reference)
    reason, note = story.dice.choice(world.words.raw["returns"])
    if ticket.category is not None and ticket.category.code != story.arrival.code:
        reason, note = world.words.raw["returns"][1]
    moved = world.move(story, Act.RETURN, world.cast.heads[_department(ticket)], now,
        return_reason=ReturnReason(reason), note=note, suggested_department=right,
    )  # fmt: skip
    if not moved:
        _accept(world, story, now)


def _accept(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    world.move(story, Act.ACCEPT, world.cast.handlers[_department(ticket)], now)


def handling(world: World, story: Story, now: datetime) -> None:
    """Work on it; what else may happen before it is done is drawn here."""
    ticket, dice = story.ticket, story.dice
    finish = after(ticket, now, _work_minutes(world, story))
    if dice.random() < _NOTES:
        world.aside(story, after(ticket, now, spread(dice, 60)), partial(_note, world))
    plain = not ticket.is_letter and ticket.parent_id is None and not ticket.rework_count
    if plain and _ask_for_something(world, story, now, finish):
        return
    if dice.random() < _STUCK and not is_urgent(ticket):
        finish = after(ticket, now, 450 * 25)
    if ticket.due_at is not None and finish > ticket.due_at and ticket.supervised_at is None:
        world.aside(story, after(ticket, ticket.due_at, 400), partial(_supervise, world))
    world.next_step(story, finish, partial(finish_ticket, world))


def _work_minutes(world: World, story: Story) -> float:
    """Return how long the work takes: a share of what the limit gives, more with the slow."""
    ticket = story.ticket
    pace = world.cast.pace.get(_department(ticket), 1.0)
    base = (ticket.clock_bases or {}).get("handle", {}).get("minutes", 900)
    share = _SHARE_OF_LIMIT * (0.4 if ticket.rework_count else 1.0)
    if ticket.is_letter:
        share *= 0.4
    return max(_LEAST_MINUTES, spread(story.dice, base * share * pace, 0.6))


def _ask_for_something(world: World, story: Story, now: datetime, finish: datetime) -> bool:
    """Ask the lead for more time or a suspension; True when that comes before finishing."""
    ticket = story.ticket
    dice, pace = story.dice, world.cast.pace.get(_department(ticket), 1.0)
    due = ticket.due_at
    if is_urgent(ticket) or due is None or due <= now:
        return False
    if not ticket.extension_count and (
        dice.random() < _EXTENDS * pace or _late(finish, due, dice.random())
    ):
        moment = now + (due - now) * dice.uniform(0.4, 0.9)
        world.next_step(story, _office(moment, due), partial(_ask_extension, world))
        return True
    if dice.random() < _SUSPENDS and not story.suspended:
        story.suspended = True
        world.next_step(
            story, after(ticket, now, spread(dice, 120)), partial(_ask_suspension, world)
        )
        return True
    if not story.split and dice.random() < _SPLITS:
        story.split = True
        world.aside(story, after(ticket, now, spread(dice, 90)), partial(_split, world))
    return False


def _late(finish: datetime, due: datetime, drawn: float) -> bool:
    """Whether who will be late foresees it."""
    return finish > due and drawn < _FORESEES


def _office(moment: datetime, latest: datetime) -> datetime:
    """Return the moment, or the next one in office hours, before ``latest`` all the same."""
    calendar = work_calendar()
    if calendar.is_open(moment):
        return moment
    return min(calendar.add_work_minutes(moment, 20), latest - timedelta(minutes=5))


def _ask_extension(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    head, due = world.cast.heads[_department(ticket)], ticket.due_at
    assert due is not None
    days = story.dice.randint(2, 5)
    wanted = work_calendar().add_work_minutes(max(due, now), 450 * days)
    note = world.words.pick(story.dice, "extensions")
    if not world.do(story, Act.REQUEST_EXTENSION, head, now, new_due=wanted, note=note):
        finish_ticket(world, story, now)
        return
    world.next_step(
        story, after(ticket, now, spread(story.dice, 100)), partial(_decide_extension, world)
    )


def _decide_extension(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    lead, dice = world.cast.lead, story.dice
    if dice.random() < _GRANTED:
        moved = world.do(story, Act.GRANT_EXTENSION, lead, now)
    else:
        moved = world.do(story, Act.DENY_EXTENSION, lead, now, note="请克服困难按期办结")
    minutes = spread(dice, 450 * 2 if moved else 200, 0.5)
    world.next_step(story, after(ticket, now, minutes), partial(finish_ticket, world))


def _ask_suspension(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    note, told = story.dice.choice(world.words.raw["suspensions"])
    review = now.astimezone(work_calendar().tz).date() + timedelta(days=story.dice.randint(20, 60))
    head = world.cast.heads[_department(ticket)]
    asked = world.do(
        story, Act.REQUEST_SUSPENSION, head, now, note=note, public_text=told, review_at=review
    )
    if not asked:
        finish_ticket(world, story, now)
        return
    moment = after(ticket, now, spread(story.dice, 150))
    world.next_step(story, moment, partial(_decide_suspension, world))


def _decide_suspension(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    lead = world.cast.lead
    if story.dice.random() < _GRANTED and world.move(story, Act.GRANT_SUSPENSION, lead, now):
        return
    world.do(story, Act.DENY_SUSPENSION, lead, now, note="具备办理条件，请继续办理")
    moment = after(ticket, now, spread(story.dice, 450))
    world.next_step(story, moment, partial(finish_ticket, world))


def suspended(world: World, story: Story, _now: datetime) -> None:
    """Look at it again on the day of the review."""
    ticket = story.ticket
    if ticket.review_at is None:
        return
    calendar, dice = work_calendar(), world.stories[ticket.pk].dice
    morning = datetime(*ticket.review_at.timetuple()[:3], 9, 0, tzinfo=calendar.tz)
    moment = calendar.add_work_minutes(morning, dice.randint(5, 300))
    world.next_step(story, moment, partial(_review, world))


def _review(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    if story.dice.random() < _EXTENDED_AGAIN:
        review = now.astimezone(work_calendar().tz).date() + timedelta(days=30)
        world.move(
            story,
            Act.EXTEND_SUSPENSION,
            world.cast.lead,
            now,
            review_at=review,
            note="条件仍不具备",
        )
        return
    world.move(story, Act.RESUME, world.cast.heads[_department(ticket)], now)


def finish_ticket(world: World, story: Story, now: datetime) -> None:
    """Say how it ended, with a photo where the category wants one; a letter is answered."""
    ticket = story.ticket
    handler = world.cast.handlers[_department(ticket)]
    if ticket.is_letter:
        world.move(story, Act.REPLY, handler, now, public_text=reply(world, story))
        return
    outcome = story.dice.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    fields: dict[str, Any] = {"outcome": outcome, "public_text": _result(world, story, outcome)}
    if ticket.category is not None and ticket.category.after_photo_required:
        fields["photos"] = (world.album.after(story.dice),)
    world.move(story, Act.FINISH, handler, now, **fields)


def _result(world: World, story: Story, outcome: Outcome) -> str:
    if outcome == Outcome.SOLVED:
        return world.words.result(story.dice, story.arrival.code)
    return str(world.words.pick(story.dice, outcome.value))


def _note(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    note = world.words.pick(story.dice, "notes")
    world.do(story, Act.NOTE, world.cast.handlers[_department(ticket)], now, note=note)


def _supervise(world: World, story: Story, now: datetime) -> None:
    """Let the lead ask why it is late; whoever is asked hurries up."""
    ticket = story.ticket
    dice = story.dice
    if ticket.supervised_at is not None or dice.random() > _SUPERVISED:
        return
    note = world.words.pick(dice, "supervisions")
    due = work_calendar().add_work_minutes(now, 900)
    if not world.do(story, Act.SUPERVISE, world.cast.lead, now, note=note, reply_due=due):
        return
    world.aside(story, after(ticket, now, spread(dice, 200, 0.5)), partial(_explain, world))
    world.next_step(
        story, after(ticket, now, spread(dice, 600, 0.5)), partial(finish_ticket, world)
    )


def _explain(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    note = world.words.pick(story.dice, "supervision_answers")
    head = world.cast.heads[_department(ticket)]
    world.do(story, Act.ANSWER_SUPERVISION, head, now, note=note)


def _split(world: World, story: Story, now: datetime) -> None:
    """Give a part of it to one more department."""
    ticket = story.ticket
    keys = sorted(world.cast.handlers.keys() - {_department(ticket), world.cast.command_room.pk})
    department = current_reference().departments[story.dice.choice(keys)]
    done = world.do(story, Act.SPLIT, world.cast.desk(story.dice), now,
        departments=(department,), task="请配合到现场处理属于本单位的部分",
    )  # fmt: skip
    if not done:
        return
    for child in Ticket.objects.filter(parent=ticket).exclude(pk__in=world.stories):
        part = Story(child, story.arrival, story.dice, split=True)
        world.stories[child.pk] = part
        world.go_on(part, now)


def _department(ticket: Ticket) -> int:
    assert ticket.lead_department_id is not None
    return ticket.lead_department_id
