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


def acknowledge(world: World, story: Story, now: datetime) -> None:
    """Answer the bell of a P0 within minutes."""
    ticket = story.ticket
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


def assessing(world: World, story: Story, now: datetime) -> None:
    """Look at it after a while."""
    ticket = story.ticket
    acknowledge(world, story, now)
    minutes = spread(story.dice, _ASSESS_MINUTES[Urgency(ticket.urgency)])
    world.next_step(story, after(ticket, now, minutes), partial(_assess, world))


def _assess(world: World, story: Story, now: datetime) -> None:
    """Decide; the first way that fits is gone."""
    for way in (_refuse, _ask, _answer_letter, _merge, _escalate):
        if way(world, story, now):
            return
    _dispatch(world, story, now)


def _refuse(world: World, story: Story, now: datetime) -> bool:
    ticket = story.ticket
    refused = story.arrival.refused
    if not refused or ticket.appeal_count or ticket.reopen_count:
        return False
    urgent = is_urgent(ticket) or bool(ticket.category and ticket.category.code.startswith("01"))
    actor = world.cast.lead if urgent else world.cast.desk(story.dice)
    reason = RejectReason(refused["reason"])
    return world.move(
        story, Act.REJECT, actor, now, reject_reason=reason, public_text=refused["reply"]
    )


def _ask(world: World, story: Story, now: datetime) -> bool:
    ticket = story.ticket
    if not story.arrival.vague or story.asked or is_urgent(ticket) or ticket.dispatch_count:
        return False
    story.asked = True
    question = world.words.pick(story.dice, "questions")
    actor = world.cast.desk(story.dice)
    return world.move(story, Act.ASK, actor, now, public_text=question)


def _answer_letter(world: World, story: Story, now: datetime) -> bool:
    """Answer an opinion or thanks at the desk itself, mostly."""
    ticket = story.ticket
    if not ticket.is_letter or ticket.kind == ReportKind.CONSULTATION:
        return False
    if ticket.kind == ReportKind.OPINION and story.dice.random() > _DESK_ANSWERS:
        return False
    actor = world.cast.desk(story.dice)
    return world.move(story, Act.REPLY, actor, now, public_text=reply(world, story))


def reply(world: World, story: Story) -> str:
    """Return the answer to a letter."""
    ticket = story.ticket
    replies = world.words.raw["replies"]
    fixed = {ReportKind.PRAISE: 3, ReportKind.CONSULTATION: 1}.get(ReportKind(ticket.kind))
    return str(replies[fixed] if fixed is not None else story.dice.choice((replies[0], replies[2])))


def _merge(world: World, story: Story, now: datetime) -> bool:
    """Join what others have reported of the same hotspot, and go on with the older case."""
    ticket = story.ticket
    if not story.arrival.hotspot or story.dice.random() > _MERGE or ticket.reopen_count:
        return False
    older = Ticket.objects.filter(
        pk__in=world.open_of_hotspot.get(story.arrival.hotspot, []), status__in=IN_OFFICE
    ).exclude(pk=ticket.pk)
    target = older.order_by("pk").first()
    if target is None or target.confidential != ticket.confidential:
        return False
    actor = world.cast.desk(story.dice)
    if not world.do(story, Act.MERGE, actor, now, target_ticket=target):
        return False
    world.stories[target.pk].reports += story.reports
    return True


def _escalate(world: World, story: Story, now: datetime) -> bool:
    ticket = story.ticket
    chance = _ESCALATE_BUS if story.arrival.code == _BUS else _ESCALATE
    if ticket.is_letter or is_urgent(ticket) or story.dice.random() > chance:
        return False
    number = f"示例QJ{now:%y%m%d}{story.arrival.number % 1000:03d}"
    return world.move(story, Act.ESCALATE, world.cast.lead, now, external_number=number)


def _dispatch(world: World, story: Story, now: datetime) -> None:
    """Dispatch to whose duty it is; to somebody else now and then, as happens."""
    ticket = story.ticket
    reference = current_reference()
    category = reference.categories[story.arrival.code]
    wrong = not ticket.return_count and story.dice.random() < _WRONG and not is_urgent(ticket)
    lead = right_department(world, story, reference)
    if wrong or lead is None:
        lead = _any_department(world, story.dice, reference)
    third = ticket.dispatch_count >= _LEADS_DISPATCH
    actor = world.cast.lead if third else world.cast.desk(story.dice)
    fields: dict[str, Any] = {
        "category": category,
        "urgency": Urgency(ticket.urgency),
        "lead_department": lead,
        "assisting": _assisting(world, ticket, category, lead, reference),
    }
    if not world.move(story, Act.DISPATCH, actor, now, **fields):
        # Whom the words complain of gets it with a reason only; the lead may do that, too.
        fields["conflict_reason"] = "经研究由该单位先行核实，指挥室全程跟踪"
        world.move(story, Act.DISPATCH, world.cast.lead, now, **fields)


def right_department(world: World, story: Story, reference: Reference) -> Department | None:
    """Return whose duty the matter truly is, the grid's village for the stand-in."""
    duty = reference.duties[story.arrival.code]
    return _real(world, story.ticket, duty.lead, reference)


def _real(
    world: World, ticket: Ticket, department: Department, reference: Reference
) -> Department | None:
    if department.code != VILLAGE:
        return department
    return reference.villages.get(world.village_of.get(ticket.grid_id or 0, ""))


def _assisting(
    world: World, ticket: Ticket, category: Category, lead: Department, reference: Reference
) -> tuple[Department, ...]:
    duty = reference.duties[category.code]
    real = (_real(world, ticket, row, reference) for row in duty.assisting)
    return tuple(row for row in real if row is not None and row.pk != lead.pk)


def _any_department(world: World, dice: Random, reference: Reference) -> Department:
    keys = sorted(world.cast.handlers.keys() & reference.departments.keys())
    known = [key for key in keys if key != world.cast.command_room.pk]
    return reference.departments[dice.choice(known)]


def need_info(world: World, story: Story, now: datetime) -> None:
    """Mostly the resident answers; else time brings the case back to the desk."""
    if story.dice.random() < _ANSWERED:
        moment = waking(now + timedelta(minutes=spread(story.dice, 300, 1.0)))
        world.next_step(story, moment, partial(_answer, world))


def _answer(world: World, story: Story, now: datetime) -> None:
    text = world.words.pick(story.dice, "answers")
    world.resident(story.reports[0], ResidentAction.SUPPLEMENT, now, text=text, photos=[])


def rejected(world: World, story: Story, now: datetime) -> None:
    """Some appeal, once."""
    ticket = story.ticket
    if not ticket.appeal_count and story.dice.random() < _APPEALED:
        moment = waking(now + timedelta(minutes=spread(story.dice, 900, 0.8)))
        world.next_step(story, moment, partial(_appeal, world))


def _appeal(world: World, story: Story, now: datetime) -> None:
    reason = world.words.pick(story.dice, "appeals")
    world.resident(story.reports[0], ResidentAction.REOPEN, now, reason=reason)


def escalated(world: World, story: Story, now: datetime) -> None:
    """Wait for the district: days to weeks."""
    ticket = story.ticket
    moment = after(ticket, now, spread(story.dice, 7 * 450, 0.5))
    world.next_step(story, moment, partial(_from_district, world))


def _from_district(world: World, story: Story, now: datetime) -> None:
    if story.dice.random() < _TAKEN_BACK:
        world.move(story, Act.TAKE_BACK, world.cast.lead, now, note="区级退回，由街道办理")
        return
    outcome = story.dice.choice((Outcome.SOLVED, Outcome.EXPLAINED))
    text = "区级部门答复：已列入年度计划，将结合客流情况安排实施。"
    world.move(story, Act.REPORT_BACK, world.cast.lead, now, outcome=outcome, public_text=text)


def handled(world: World, story: Story, now: datetime) -> None:
    """Verify in working hours."""
    ticket = story.ticket
    minutes = spread(story.dice, 60 if is_urgent(ticket) else _VERIFY_MINUTES)
    world.next_step(story, after(ticket, now, minutes), partial(_verify, world))


def _verify(world: World, story: Story, now: datetime) -> None:
    ticket = story.ticket
    department = ticket.lead_department_id
    chance = _REWORK * (world.cast.pace.get(department, 1.0) if department else 0)
    if story.dice.random() < chance and not ticket.rework_count:
        note = world.words.pick(story.dice, "reworks")
        if world.move(story, Act.REWORK, world.cast.verifier, now, note=note):
            return
    if not world.move(story, Act.VERIFY, _verifier(world, ticket), now):
        # A part of it is not done yet: look again tomorrow.
        world.next_step(story, after(ticket, now, 450), partial(_verify, world))


def _verifier(world: World, ticket: Ticket) -> Actor:
    """Return a second person: the lead's own letters are the dispatchers' to check."""
    verifier = world.cast.verifier
    return verifier if verifier.user_id != ticket.finished_by_id else world.cast.lead


def keep_open(world: World, story: Story) -> None:
    """Remember the open cases of a hotspot: others join them."""
    ticket = story.ticket
    if story.arrival.hotspot and ticket.status != TicketStatus.MERGED:
        world.open_of_hotspot.setdefault(story.arrival.hotspot, []).append(ticket.pk)


def _drop(_result: object) -> None:
    """Take what a step returns."""
