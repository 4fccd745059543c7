"""Two people write audit lines, and look at numbers of the same tickets, at the same time."""

from __future__ import annotations

from functools import partial

import pytest

from dispatch.domain.audit import record_audit, verify_audit
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import AuditAction, TicketAction
from dispatch.models import AuditRecord
from tests.dispatch.factories import NOW, make_cast, make_report, make_ticket
from tests.dispatch.test_lock_order import ROUNDS, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_trail_stays_one_chain() -> None:
    cast = make_cast()
    report = make_report(contact_phone="13800001111")
    ticket = make_ticket(cast=cast, report=report)
    look = Fields(note="回访核实办理情况", report=report)
    for _ in range(ROUNDS):
        outcomes = together(
            partial(record_audit, AuditAction.EXPORT, actor=cast.lead.user, now=NOW),
            partial(
                perform, ticket.pk, TicketAction.UNMASK, actor=cast.dispatcher, now=NOW, fields=look
            ),
            partial(perform, ticket.pk, TicketAction.UNMASK, actor=cast.lead, now=NOW, fields=look),
        )
        assert outcomes == ["done"] * 3
    assert AuditRecord.objects.count() == 3 * ROUNDS
    assert list(verify_audit()) == []


def test_printing_a_ticket_while_its_number_is_looked_at_is_no_deadlock() -> None:
    cast = make_cast()
    report = make_report(contact_phone="13800001111")
    ticket = make_ticket(cast=cast, report=report)
    look = Fields(note="回访核实办理情况", report=report)
    for _ in range(ROUNDS):
        printed = partial(record_audit, AuditAction.PRINT, actor=None, now=NOW, ticket=ticket)
        looked = partial(
            perform, ticket.pk, TicketAction.UNMASK, actor=cast.lead, now=NOW, fields=look
        )
        assert together(printed, looked, printed, looked) == ["done"] * 4
    assert list(verify_audit()) == []
