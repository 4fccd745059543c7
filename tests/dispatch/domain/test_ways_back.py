"""Rejecting, appealing, reopening, merging: the ways back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.domain.actors import resident_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import JOINED_BY_OTHERS, LEFT_BY_OTHERS, perform
from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from reports.enums import PublicStatus, ResidentAction, Urgency
from tests.dispatch.factories import (
    NOW,
    fields_for,
    make_cast,
    make_category,
    make_report,
    make_resident,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError, DomainError, NotAllowedError


@pytest.mark.django_db
def test_rejecting_safety_is_the_leads() -> None:
    cast = make_cast()
    danger = make_category("0105", name="燃气异味")
    ticket = open_ticket(
        make_report(), Assessment(urgency=Urgency.P0, category=danger, queue_reason="x"), now=NOW
    )
    with pytest.raises(NotAllowedError):
        perform(
            ticket.pk,
            Act.REJECT,
            actor=cast.dispatcher,
            now=NOW,
            fields=fields_for(Act.REJECT, cast),
        )
    assert (
        perform(
            ticket.pk, Act.REJECT, actor=cast.lead, now=NOW, fields=fields_for(Act.REJECT, cast)
        ).status
        == "rejected"
    )


@pytest.mark.django_db
def test_rejection_can_be_appealed_once() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.REJECTED, cast=cast, report=report)
    report.refresh_from_db()
    assert report.allowed_actions == [ResidentAction.REOPEN]
    resident = resident_actor(report.pk)
    perform(ticket.pk, Act.APPEAL, actor=resident, now=NOW, fields=Fields(note="就在我们村"))
    perform(ticket.pk, Act.REJECT, actor=cast.lead, now=NOW, fields=fields_for(Act.REJECT, cast))
    report.refresh_from_db()
    assert report.allowed_actions == []
    with pytest.raises(ConflictError) as refused:
        perform(ticket.pk, Act.APPEAL, actor=resident, now=NOW, fields=Fields(note="再来"))
    assert refused.value.code == "appeal_used"


@pytest.mark.django_db
def test_reopening_has_a_window_and_a_count() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.CLOSED, cast=cast, report=report)
    resident = resident_actor(report.pk)
    with pytest.raises(ConflictError) as late:
        perform(
            ticket.pk,
            Act.REOPEN,
            actor=resident,
            now=NOW + timedelta(days=31),
            fields=Fields(note="又来了"),
        )
    assert late.value.code == "reopen_window_over"
    moved = perform(ticket.pk, Act.REOPEN, actor=resident, now=NOW, fields=Fields(note="没解决"))
    assert (moved.status, moved.reopen_count, moved.lead_department) == (
        TicketStatus.ASSESSING,
        1,
        None,
    )
    report.refresh_from_db()
    assert (report.reopen_count, report.public_status, report.closed_at) == (
        1,
        PublicStatus.RECEIVED,
        None,
    )


@pytest.mark.django_db
def test_merge_moves_reports_and_unmerge_gives_them_back() -> None:
    cast = make_cast()
    bob = make_resident("bob")
    first, second, third = (
        make_report(),
        make_report(resident=bob),
        make_report(resident=make_resident("eve")),
    )
    master = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=first)
    double = make_ticket(cast=cast, report=second)
    attach_report(third, double, now=NOW)
    merged = perform(
        double.pk, Act.MERGE, actor=cast.dispatcher, now=NOW, fields=Fields(target_ticket=master)
    )
    master.refresh_from_db()
    merged.refresh_from_db()
    assert (merged.status, merged.merged_into, merged.report_count, master.report_count) == (
        "merged",
        master,
        0,
        3,
    )
    second.refresh_from_db()
    assert (second.public_status, second.department_name) == (PublicStatus.PROCESSING, "环卫所")
    assert second.updates.filter(text__contains="两件事合并办理").count() == 1
    assert first.updates.filter(text__contains="两件事合并办理").count() == 0
    assert first.updates.filter(text=JOINED_BY_OTHERS).count() == 1
    back = perform(
        double.pk, Act.UNMERGE, actor=cast.dispatcher, now=NOW, fields=Fields(note="不是一件事")
    )
    back.refresh_from_db()
    master.refresh_from_db()
    assert (back.status, back.report_count, master.report_count) == (TicketStatus.ASSESSING, 2, 1)
    second.refresh_from_db()
    assert (second.public_status, second.department_name) == (PublicStatus.RECEIVED, "")
    assert first.updates.filter(text=LEFT_BY_OTHERS).count() == 1
    assert not second.updates.filter(text__in=[LEFT_BY_OTHERS, JOINED_BY_OTHERS]).exists()
    assert list(master.events.order_by("seq").values_list("action", flat=True))[-2:] == [
        "attach",
        "detach",
    ]


@pytest.mark.django_db
def test_merge_refuses_itself_and_closed_targets() -> None:
    cast = make_cast()
    ticket, closed = make_ticket(cast=cast), make_ticket(TicketStatus.CLOSED, cast=cast)
    for target, code in ((ticket, "merge_into_itself"), (closed, "merge_target_closed")):
        with pytest.raises(DomainError) as refused:
            perform(
                ticket.pk,
                Act.MERGE,
                actor=cast.dispatcher,
                now=NOW,
                fields=Fields(target_ticket=target),
            )
        assert refused.value.code == code
