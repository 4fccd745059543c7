"""The command room's part: assess, ask, refuse, merge, dispatch, escalate, verify."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from dispatch.domain.actors import Actor
from dispatch.domain.alarms import acknowledge_alarm
from dispatch.domain.workflow import IN_OFFICE
from dispatch.enums import Outcome, RejectReason, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, Department, Ticket
from dispatch.simulation.world import Story, World, after, is_urgent, spread, waking
from dispatch.triage.reference import Reference, current_reference
from dispatch.triage.rule_checks import VILLAGE
from reports.enums import ReportKind, ResidentAction, Urgency
from reports.models import Category

_ASSESS_MINUTES = {Urgency.P0: 5, Urgency.P1: 20, Urgency.P2: 75, Urgency.P3: 150}
_ACKNOWLEDGE_SECONDS = (20, 200)
_WRONG, _MERGE, _ESCALATE, _ESCALATE_BUS = 0.06, 0.6, 0.008, 0.45
_BUS = "0306"
_ANSWERED, _APPEALED = 0.7, 0.15
_REWORK, _VERIFY_MINUTES = 0.05, 170
_TAKEN_BACK = 0.15
_DESK_ANSWERS = 0.65
_LEADS_DISPATCH = 2
_TRIES = 5


def acknowledge(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Answer the bell of a P0 within minutes."""
    if ticket.urgency != Urgency.P0:
        return
    alarm = Alarm.objects.filter(ticket=ticket, acknowledged_at__isnull=True).first()
    if alarm is None:
        return
    who = world.cast.desk(story.dice)
    assert who.user is not None
    moment = now + timedelta(seconds=story.dice.randint(*_ACKNOWLEDGE_SECONDS))
    answer = partial(acknowledge_alarm, alarm_id=alarm.pk, user=who.user, roles=who.roles)
    world.at(moment, lambda at: _drop(answer(now=at)))


def assessing(world: World, ticket: Ticket, now: datetime) -> None:
    """Look at it after a while."""
    acknowledge(world, ticket, world.stories[ticket.pk], now)
    minutes = spread(world.stories[ticket.pk].dice, _ASSESS_MINUTES[Urgency(ticket.urgency)])
    world.next_step(ticket, after(ticket, now, minutes), partial(_assess, world))


def _assess(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Decide; the first way that fits is gone."""
    for way in (_refuse, _ask, _answer_letter, _merge, _escalate):
        if way(world, ticket, story, now):
            return
    _dispatch(world, ticket, story, now)


def _refuse(world: World, ticket: Ticket, story: Story, now: datetime) -> bool:
    refused = story.arrival.refused
    if not refused or ticket.appeal_count or ticket.reopen_count:
        return False
    urgent = is_urgent(ticket) or bool(ticket.category and ticket.category.code.startswith("01"))
    actor = world.cast.lead if urgent else world.cast.desk(story.dice)
    reason = RejectReason(refused["reason"])
    moved = world.move(
        ticket, Act.REJECT, actor, now, reject_reason=reason, public_text=refused["reply"]
    )
    return moved is not None


def _ask(world: World, ticket: Ticket, story: Story, now: datetime) -> bool:
    if not story.arrival.vague or story.asked or is_urgent(ticket) or ticket.dispatch_count:
        return False
    story.asked = True
    question = world.words.pick(story.dice, "questions")
    actor = world.cast.desk(story.dice)
    return world.move(ticket, Act.ASK, actor, now, public_text=question) is not None


def _answer_letter(world: World, ticket: Ticket, story: Story, now: datetime) -> bool:
    """Answer an opinion or thanks at the desk itself, mostly."""
    if not ticket.is_letter or ticket.kind == ReportKind.CONSULTATION:
        return False
    if ticket.kind == ReportKind.OPINION and story.dice.random() > _DESK_ANSWERS:
        return False
    actor = world.cast.desk(story.dice)
    return world.move(ticket, Act.REPLY, actor, now, public_text=reply(world, ticket, story)) is not None


def reply(world: World, ticket: Ticket, story: Story) -> str:
    """Return the answer to a letter."""
    replies = world.words.raw["replies"]
    fixed = {ReportKind.PRAISE: 3, ReportKind.CONSULTATION: 1}.get(ReportKind(ticket.kind))
    return str(replies[fixed] if fixed is not None else story.dice.choice((replies[0], replies[2])))


def _merge(world: World, ticket: Ticket, story: Story, now: datetime) -> bool:
    """Join what others have reported of the same hotspot, and go on with the older case."""
    if not story.arrival.hotspot or story.dice.random() > _MERGE or ticket.reopen_count:
        return False
    older = Ticket.objects.filter(
        pk__in=world.open_of_hotspot.get(story.arrival.hotspot, []), status__in=IN_OFFICE
    ).exclude(pk=ticket.pk)
    target = older.order_by("pk").first()
    if target is None or target.confidential != ticket.confidential:
        return False
    actor = world.cast.desk(story.dice)
    if world.do(ticket, Act.MERGE, actor, now, target_ticket=target) is None:
        return False
    world.stories[target.pk].reports += story.reports
    return True


def _escalate(world: World, ticket: Ticket, story: Story, now: datetime) -> bool:
    chance = _ESCALATE_BUS if story.arrival.code == _BUS else _ESCALATE
    if ticket.is_letter or is_urgent(ticket) or story.dice.random() > chance:
        return False
    number = f"示例QJ{now:%y%m%d}{story.arrival.number % 1000:03d}"
    return world.move(ticket, Act.ESCALATE, world.cast.lead, now, external_number=number) is not None


def _dispatch(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    """Dispatch to whose duty it is; to somebody else now and then, as happens."""
    reference = current_reference()
    category = reference.categories[story.arrival.code]
    wrong = not ticket.return_count and story.dice.random() < _WRONG and not is_urgent(ticket)
    lead = right_department(ticket, story, reference)
    if wrong or lead is None:
        lead = _any_department(world, story.dice, reference)
    third = ticket.dispatch_count >= _LEADS_DISPATCH
    actor = world.cast.lead if third else world.cast.desk(story.dice)
    fields: dict[str, Any] = {
        "category": category,
        "urgency": Urgency(ticket.urgency),
        "lead_department": lead,
        "assisting": _assisting(ticket, category, lead, reference),
    }
    if world.move(ticket, Act.DISPATCH, actor, now, **fields) is None:
        # Whom the words complain of gets it with a reason only; the lead may do that, too.
        fields["conflict_reason"] = "经研究由该单位先行核实，指挥室全程跟踪"
        world.move(ticket, Act.DISPATCH, world.cast.lead, now, **fields)


def right_department(ticket: Ticket, story: Story, reference: Reference) -> Department | None:
    """Return whose duty the matter truly is, the grid's village for the stand-in."""
    duty = reference.duties[story.arrival.code]
    return _real(ticket, duty.lead, reference)


def _real(ticket: Ticket, department: Department, reference: Reference) -> Department | None:
    if department.code != VILLAGE:
        return department
    return reference.villages.get(ticket.grid.village_code) if ticket.grid else None


def _assisting(
    ticket: Ticket, category: Category, lead: Department, reference: Reference
) -> tuple[Department, ...]:
    duty = reference.duties[category.code]
    real = (_real(ticket, row, reference) for row in duty.assisting)
    return tuple(row for row in real if row is not None and row.pk != lead.pk)


def _any_department(world: World, dice: Random, reference: Reference) -> Department:
    keys = sorted(world.cast.handlers.keys() & reference.departments.keys())
    known = [key for key in keys if key != world.cast.command_room.pk]
    return reference.departments[dice.choice(known)]


def need_info(world: World, ticket: Ticket, now: datetime) -> None:
    """Mostly the resident answers; else time brings the case back to the desk."""
    story = world.stories[ticket.pk]
    if story.dice.random() < _ANSWERED:
        moment = waking(now + timedelta(minutes=spread(story.dice, 300, 1.0)))
        world.next_step(ticket, moment, partial(_answer, world))


def _answer(world: World, _ticket: Ticket, story: Story, now: datetime) -> None:
    text = world.words.pick(story.dice, "answers")
    world.resident(story.reports[0], ResidentAction.SUPPLEMENT, now, text=text, photos=[])


def rejected(world: World, ticket: Ticket, now: datetime) -> None:
    """Some appeal, once."""
    story = world.stories[ticket.pk]
    if not ticket.appeal_count and story.dice.random() < _APPEALED:
        moment = waking(now + timedelta(minutes=spread(story.dice, 900, 0.8)))
        world.next_step(ticket, moment, partial(_appeal, world))


def _appeal(world: World, _ticket: Ticket, story: Story, now: datetime) -> None:
    reason = world.words.pick(story.dice, "appeals")
    world.resident(story.reports[0], ResidentAction.REOPEN, now, reason=reason)


def escalated(world: World, ticket: Ticket, now: datetime) -> None:
    """Wait for the district: days to weeks."""
    story = world.stories[ticket.pk]
    moment = after(ticket, now, spread(story.dice, 7 * 450, 0.5))
    world.next_step(ticket, moment, partial(_from_district, world))


def _from_district(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    if story.dice.random() < _TAKEN_BACK:
        world.move(ticket, Act.TAKE_BACK, world.cast.lead, now, note="区级退回，由街道办理")
        return
    outcome = story.dice.choice((Outcome.SOLVED, Outcome.EXPLAINED))
    text = "区级部门答复：已列入年度计划，将结合客流情况安排实施。"
    world.move(ticket, Act.REPORT_BACK, world.cast.lead, now, outcome=outcome, public_text=text)


def handled(world: World, ticket: Ticket, now: datetime) -> None:
    """Verify in working hours."""
    story = world.stories[ticket.pk]
    minutes = spread(story.dice, 60 if is_urgent(ticket) else _VERIFY_MINUTES)
    world.next_step(ticket, after(ticket, now, minutes), partial(_verify, world))


def _verify(world: World, ticket: Ticket, story: Story, now: datetime) -> None:
    department = ticket.lead_department_id
    chance = _REWORK * (world.cast.pace.get(department, 1.0) if department else 0)
    if story.dice.random() < chance and not ticket.rework_count:
        note = world.words.pick(story.dice, "reworks")
        if world.move(ticket, Act.REWORK, world.cast.verifier, now, note=note) is not None:
            return
    if world.move(ticket, Act.VERIFY, _verifier(world, ticket), now) is None:
        story.turn += 1  # a part of it is not done yet: look again tomorrow
        if story.turn < _TRIES * 10:
            world.next_step(ticket, after(ticket, now, 450), partial(_verify, world))


def _verifier(world: World, ticket: Ticket) -> Actor:
    """Return a second person: the lead's own letters are the dispatchers' to check."""
    verifier = world.cast.verifier
    return verifier if verifier.user_id != ticket.finished_by_id else world.cast.lead


def keep_open(world: World, ticket: Ticket, story: Story) -> None:
    """Remember the open cases of a hotspot: others join them."""
    if story.arrival.hotspot and ticket.status != TicketStatus.MERGED:
        world.open_of_hotspot.setdefault(story.arrival.hotspot, []).append(ticket.pk)


def _drop(_result: object) -> None:
    """Take what a step returns."""
