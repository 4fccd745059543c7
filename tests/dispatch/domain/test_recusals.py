"""Whoever is complained of by name does not see the ticket, in whatever seat and by whatever way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.domain.actors import Actor, resident_actor, staff_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.domain.recusals import recuse_everywhere
from dispatch.enums import Role, TicketAction, TicketStatus
from dispatch.models import Membership, Recusal, Staff, Ticket
from dispatch.queries.access import current_tickets, visible_reports, visible_tickets
from dispatch.queries.tickets import ticket_for_page
from reports.enums import ReportKind, Urgency
from reports.models import Report
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_grid,
    make_report,
    make_staff,
    make_ticket,
)
from xiangcun.lib.errors import NotFoundError

pytestmark = pytest.mark.django_db
COMPLAINT = "投诉张三丰，态度恶劣，垃圾一直不清"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def named(username: str, name: str = "张三丰") -> Staff:
    user = Staff.objects.get(username=username)
    user.display_name = name
    user.save()
    return user


def actor(username: str) -> Actor:
    return staff_actor(Staff.objects.get(username=username))


def assign(cast: Cast, ticket: Ticket, **changes: Any) -> Ticket:
    fields = replace(fields_for(TicketAction.DISPATCH, cast), **changes)
    return perform(ticket.pk, TicketAction.DISPATCH, actor=cast.dispatcher, now=NOW, fields=fields)


def test_it_works(cast: Cast) -> None:
    named("sanitation")
    ticket = make_ticket(cast=cast, report=make_report(text=COMPLAINT))
    assign(cast, ticket, conflict_reason="只有该所有车")

    assert not visible_tickets(actor("sanitation")).exists()
    assert not current_tickets(actor("sanitation")).exists()
    assert ticket_for_page(actor("sanitation"), ticket.pk) is None
    assert visible_tickets(actor("sanitation_head")).get() == ticket
    with pytest.raises(NotFoundError):
        perform(ticket.pk, TicketAction.ACCEPT, actor=actor("sanitation"), now=NOW)
    perform(ticket.pk, TicketAction.ACCEPT, actor=actor("sanitation_head"), now=NOW)


@pytest.mark.parametrize(
    "text",
    ["垃圾没人清运", "表扬张三丰，服务好", "请张三丰来清一下垃圾", "感谢张三丰帮忙，路灯还是不亮"],
)
def test_a_name_alone_is_no_complaint(cast: Cast, text: str) -> None:
    named("sanitation")
    make_ticket(TicketStatus.DISPATCHED, cast=cast, report=make_report(text=text))
    assert visible_tickets(actor("sanitation")).count() == 1


def test_praise_recuses_nobody(cast: Cast) -> None:
    named("sanitation")
    make_ticket(cast=cast, report=make_report(text=COMPLAINT, kind=ReportKind.PRAISE))
    assert not Recusal.objects.exists()


@pytest.mark.parametrize("username", ["dispatcher", "lead", "verifier"])
def test_the_command_room_is_no_exception(cast: Cast, username: str) -> None:
    named(username)
    ticket = make_ticket(cast=cast, report=make_report(text=COMPLAINT))
    assert not visible_tickets(actor(username)).exists()
    assert not visible_reports(actor(username)).exists()
    other = "lead" if username != "lead" else "dispatcher"
    assert visible_tickets(actor(other)).get() == ticket


def test_by_dispatch_at_once_and_as_assistant(cast: Cast) -> None:
    named("sanitation")
    named("enforcement", "李四平")
    assessment = Assessment(
        urgency=Urgency.P2,
        category=cast.category,
        grid=cast.grid,
        lead=cast.sanitation,
        assisting=(cast.enforcement,),
    )
    open_ticket(make_report(text="举报张三丰和李四平收红包"), assessment, now=NOW)
    assert not visible_tickets(actor("sanitation")).exists()
    assert not visible_tickets(actor("enforcement")).exists()
    assert visible_tickets(actor("enforcement_head")).exists()


def test_by_attaching_a_report(cast: Cast) -> None:
    named("sanitation")
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    assert visible_tickets(actor("sanitation")).exists()
    attach_report(make_report(text=COMPLAINT), ticket, now=NOW)
    assert not visible_tickets(actor("sanitation")).exists()


def test_by_merging_and_it_stays_after_unmerging(cast: Cast) -> None:
    named("sanitation")
    target = make_ticket(TicketStatus.HANDLING, cast=cast)
    source = make_ticket(cast=cast, report=make_report(text=COMPLAINT))
    fields = Fields(target_ticket=target, note="同一件事")
    perform(source.pk, TicketAction.MERGE, actor=cast.dispatcher, now=NOW, fields=fields)
    assert not visible_tickets(actor("sanitation")).exists()
    assert visible_tickets(actor("sanitation_head")).exists()
    undo = Fields(note="不是同一件事")
    perform(source.pk, TicketAction.UNMERGE, actor=cast.dispatcher, now=NOW, fields=undo)
    assign(cast, Ticket.objects.get(pk=source.pk), conflict_reason="只有该所有车")
    assert source not in visible_tickets(actor("sanitation"))


def test_by_what_the_resident_says_later(cast: Cast) -> None:
    named("sanitation")
    report = make_report()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
    perform(
        ticket.pk,
        TicketAction.SUPPLEMENT,
        actor=resident_actor(report.pk),
        now=NOW,
        fields=Fields(note="张三丰敷衍了事，还骂人"),
    )
    assert not visible_tickets(actor("sanitation")).exists()


def test_by_return_and_a_second_dispatch_to_the_suggested_department(cast: Cast) -> None:
    named("enforcement")
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=make_report(text=COMPLAINT))
    fields = fields_for(TicketAction.RETURN, cast)
    perform(ticket.pk, TicketAction.RETURN, actor=cast.head, now=NOW, fields=fields)
    assign(cast, ticket, lead_department=cast.enforcement, conflict_reason="职责所在")
    assert not visible_tickets(actor("enforcement")).exists()
    assert visible_tickets(actor("enforcement_head")).exists()


def test_a_grid_officer_steps_back_from_complaints_of_their_village(cast: Cast) -> None:
    village = cast.sanitation
    village.village_code, village.name = "330114007200", "临江村"
    village.save()
    make_staff("walker", Role.GRID, village)
    make_ticket(TicketStatus.HANDLING, cast=cast)
    assert visible_tickets(actor("walker")).count() == 1
    text = "村书记收钱，低保优亲厚友，没人管"
    told = make_ticket(cast=cast, report=make_report(text=text))
    assign(cast, told, conflict_reason="只有该村能办")
    assert visible_tickets(actor("sanitation")).count() == 2
    assert visible_tickets(actor("walker")).count() == 1


def test_a_grid_officer_sees_no_confidential_and_no_unassessed_matter(cast: Cast) -> None:
    user = make_staff("walker", Role.GRID, cast.room)
    assert not visible_tickets(staff_actor(user)).exists()
    Membership.objects.get(user=user).grids.add(cast.grid)
    make_ticket(cast=cast)
    assert not visible_tickets(staff_actor(user)).exists()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    assert visible_tickets(staff_actor(user)).get() == ticket
    perform(ticket.pk, TicketAction.VERIFY, actor=staff_actor(user), now=NOW)
    Ticket.objects.update(confidential=True)
    assert not visible_tickets(staff_actor(user)).exists()
    Membership.objects.get(user=user).grids.set([make_grid("330114007201001")])
    Ticket.objects.update(confidential=False)
    assert not visible_tickets(staff_actor(user)).exists()


def test_somebody_who_gets_the_name_later_is_recused_from_open_tickets(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast, report=make_report(text=COMPLAINT))
    make_ticket(TicketStatus.HANDLING, cast=cast)
    user = named("sanitation")
    assert visible_tickets(staff_actor(user)).count() == 2
    assert recuse_everywhere(user, now=NOW) == 1
    assert recuse_everywhere(user, now=NOW) == 1
    assert visible_tickets(staff_actor(user)).count() == 1
    assert Report.objects.count() == 2
