from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction

from dispatch.domain import alarms
from dispatch.domain.alarms import acknowledge_alarm, escalate_alarms
from dispatch.domain.alerts import Alert
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.domain.prompts import GENERAL, PROMPTS, safety_prompt
from dispatch.enums import Hazard, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, Staff, Ticket
from reports.enums import Urgency
from reports.models import Category
from tests.dispatch.factories import NOW, Cast, make_cast, make_report, make_ticket
from xiangcun.lib.errors import NotAllowedError, NotFoundError

LEADS = frozenset({Role.LEAD})
FIRE = Alert(Urgency.P0, "险情词“着火”", hazard="fire")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def fire_ticket(cast: Cast) -> Ticket:
    assessment = Assessment(urgency=Urgency.P0, grid=cast.grid, alert=FIRE)
    return open_ticket(make_report(text="三楼着火了"), assessment, now=NOW)


def test_an_attached_report_raises_the_ticket_and_its_deadlines(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = ticket.due_at
    attach_report(make_report(text="这里着火了"), ticket, now=NOW, alert=FIRE)
    ticket.refresh_from_db()
    assert (ticket.urgency, ticket.hazard) == ("P0", "fire")
    assert due is not None
    assert ticket.due_at is not None
    assert ticket.due_at <= due
    event = ticket.events.order_by("-seq")[0]
    assert event.data["raised"] == {"was": "P2", "reason": FIRE.reason}
    assert Alarm.objects.filter(ticket=ticket).count() == 1


def test_a_dispatcher_who_sets_p0_rings_and_is_named(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    fields = Fields(
        category=cast.category, urgency=Urgency.P0, lead_department=cast.sanitation, note="火"
    )
    perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)
    assert "dispatcher" in Alarm.objects.get().reason


def test_the_command_room_working_on_the_ticket_answers_the_ring(cast: Cast) -> None:
    ticket = fire_ticket(cast)
    fields = Fields(
        category=cast.category, urgency=Urgency.P0, lead_department=cast.sanitation, note="火"
    )
    perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)
    assert Alarm.objects.get().acknowledged_by == cast.dispatcher.user


def test_a_department_working_on_the_ticket_does_not(cast: Cast) -> None:
    assessment = Assessment(
        urgency=Urgency.P0,
        grid=cast.grid,
        category=cast.category,
        lead=cast.sanitation,
        alert=FIRE,
    )
    ticket = open_ticket(make_report(text="着火了"), assessment, now=NOW)
    assert ticket.status == TicketStatus.DISPATCHED
    perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    assert Alarm.objects.get().acknowledged_at is None


def test_lowered_and_raised_again_rings_a_second_round(cast: Cast) -> None:
    ticket = fire_ticket(cast)
    low = Fields(category=cast.category, urgency=Urgency.P2, lead_department=cast.sanitation)
    perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=low)
    attach_report(make_report(text="着火了"), ticket, now=NOW, alert=FIRE)
    rounds = Alarm.objects.order_by("round").values_list("round", "acknowledged_at")
    assert [(row[0], row[1] is None) for row in rounds] == [(1, False), (2, True)]


def test_a_merged_p0_makes_its_target_p0(cast: Cast) -> None:
    calm, fire = make_ticket(cast=cast), fire_ticket(cast)
    fields = Fields(target_ticket=calm, note="同一处")
    perform(fire.pk, Act.MERGE, actor=cast.dispatcher, now=NOW, fields=fields)
    calm.refresh_from_db()
    assert (calm.urgency, calm.hazard) == ("P0", "fire")
    assert Alarm.objects.filter(ticket=calm, acknowledged_at__isnull=True).exists()


def test_a_failed_transaction_rings_nothing(cast: Cast) -> None:
    def fail() -> None:
        with transaction.atomic():
            fire_ticket(cast)
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        fail()
    assert not Alarm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_senders_are_told_once_it_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(alarms, "SENDERS", [lambda alarm: told.append(alarm.pk)])
    with transaction.atomic():
        fire_ticket(make_cast())
        assert not told
    assert told == [Alarm.objects.get().pk]


def test_the_first_to_acknowledge_is_kept(cast: Cast) -> None:
    fire_ticket(cast)
    alarm, lead, dispatcher = Alarm.objects.get(), cast.lead.user, cast.dispatcher.user
    assert lead is not None
    assert dispatcher is not None
    first = acknowledge_alarm(alarm_id=alarm.pk, user=lead, roles=LEADS, now=NOW)
    later = NOW + timedelta(minutes=1)
    second = acknowledge_alarm(alarm_id=alarm.pk, user=dispatcher, roles=LEADS, now=later)
    assert (first.first, second.first) == (True, False)
    assert (second.alarm.acknowledged_by, second.alarm.acknowledged_at) == (lead, NOW)


def test_who_may_not_and_what_is_not(cast: Cast) -> None:
    fire_ticket(cast)
    user = cast.handler.user
    assert user is not None
    with pytest.raises(NotAllowedError):
        acknowledge_alarm(
            alarm_id=Alarm.objects.get().pk,
            user=user,
            roles=frozenset({Role.HANDLER, Role.AUDITOR, Role.VERIFIER}),
            now=NOW,
        )
    with pytest.raises(NotFoundError):
        acknowledge_alarm(alarm_id=0, user=user, roles=LEADS, now=NOW)
    assert Alarm.objects.get().acknowledged_at is None


def test_unanswered_for_five_minutes_goes_to_the_leads_once(cast: Cast) -> None:
    fire_ticket(cast)
    assert escalate_alarms(now=NOW + timedelta(minutes=4, seconds=59)) == 0
    late = NOW + timedelta(minutes=5)
    assert escalate_alarms(now=late) == 1
    assert escalate_alarms(now=late + timedelta(minutes=9)) == 0
    assert Alarm.objects.get().escalated_at == late


def test_an_acknowledged_alarm_is_not_escalated(cast: Cast) -> None:
    fire_ticket(cast)
    user = cast.lead.user
    assert user is not None
    acknowledge_alarm(alarm_id=Alarm.objects.get().pk, user=user, roles=LEADS, now=NOW)
    assert escalate_alarms(now=NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize("hazard", [*Hazard.values, ""])
def test_mortal_danger_never_goes_without_a_prompt(hazard: str) -> None:
    calm = Category(code="1004", safety_prompt="", default_urgency="P3")
    prompt = safety_prompt(Ticket(urgency="P0", hazard=hazard, category=calm))
    assert prompt == PROMPTS.get(hazard, GENERAL)
    assert any(number in prompt for number in ("110", "119", "120"))
    assert safety_prompt(Ticket(urgency="P1", hazard=hazard, category=calm)) == ""
    assert safety_prompt(Ticket(urgency="P0", hazard=hazard, category=None))


def test_a_category_that_is_p0_by_itself_knows_best() -> None:
    gas = Category(code="0105", safety_prompt="拨打燃气公司", default_urgency="P0")
    assert safety_prompt(Ticket(urgency="P0", hazard="fire", category=gas)) == "拨打燃气公司"
    road = Category(code="0301", safety_prompt="远离", default_urgency="P2")
    assert "119" in safety_prompt(Ticket(urgency="P0", hazard="fire", category=road))
    assert safety_prompt(Ticket(urgency="P0", hazard="", category=road)) == "远离"


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Cast]:
    yield make_cast()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_who_acknowledge_at_once_agree_on_one(committed: Cast) -> None:
    fire_ticket(committed)
    alarm = Alarm.objects.get()
    users = [actor.user for actor in (committed.lead, committed.dispatcher)]
    results: list[bool] = []
    together = threading.Barrier(2)

    def press(user: Staff | None) -> None:
        assert user is not None
        try:
            together.wait()
            done = acknowledge_alarm(alarm_id=alarm.pk, user=user, roles=LEADS, now=NOW)
            results.append(done.first)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]


@pytest.mark.parametrize(
    ("minutes", "status", "rings"),
    [
        (31, TicketStatus.ASSESSING, 2),
        (31, TicketStatus.DISPATCHED, 2),
        (29, TicketStatus.ASSESSING, 1),
        (31, TicketStatus.HANDLING, 1),
    ],
)
def test_more_words_of_danger_ring_again_while_nobody_has_signed(
    cast: Cast, minutes: int, status: TicketStatus, rings: int
) -> None:
    ticket = fire_ticket(cast)
    alarm = Alarm.objects.get()
    user = cast.dispatcher.user
    assert user is not None
    acknowledge_alarm(alarm_id=alarm.pk, user=user, roles=frozenset({Role.DISPATCHER}), now=NOW)
    if status != TicketStatus.ASSESSING:
        fields = Fields(
            category=cast.category, urgency=Urgency.P0, lead_department=cast.sanitation, note="火"
        )
        perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)
    if status == TicketStatus.HANDLING:
        perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW)
    later = NOW + timedelta(minutes=minutes)
    attach_report(make_report(text="火越来越大了"), ticket, now=later, alert=FIRE)
    assert Alarm.objects.filter(ticket=ticket).count() == rings
    # Unanswered, it goes on ringing; a third report adds no alarm of its own.
    attach_report(make_report(text="还在烧"), ticket, now=later, alert=FIRE)
    assert Alarm.objects.filter(ticket=ticket).count() == rings


def test_a_merge_by_the_command_room_does_not_ring_itself(cast: Cast) -> None:
    first, second = fire_ticket(cast), fire_ticket(cast)
    user = cast.dispatcher.user
    Alarm.objects.update(acknowledged_at=NOW, acknowledged_by=user)
    later = NOW + timedelta(hours=1)
    fields = Fields(target_ticket=second, note="同一处火情")
    perform(first.pk, Act.MERGE, actor=cast.dispatcher, now=later, fields=fields)
    assert Alarm.objects.count() == 2
