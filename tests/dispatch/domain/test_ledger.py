"""The chain verifies, and whoever changes a line is found."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dispatch.domain.ledger import verify
from dispatch.enums import TicketStatus
from dispatch.models import LedgerIsAppendOnlyError, Ticket, TicketEvent, TicketReport
from tests.dispatch.factories import make_cast, make_ticket

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    cast = make_cast()
    for status in (TicketStatus.CLOSED, TicketStatus.MERGED, TicketStatus.SUSPENDED):
        make_ticket(status, cast=cast)
    assert list(verify()) == []
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "完整" in out.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"note": "改过"},
        {"to_status": "closed"},
        {"actor_id": None},
        {"data": {"x": 1}},
        {"hash": "0" * 64},
        {"at": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_changed_line_is_found(change: dict[str, object]) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=make_cast())
    TicketEvent.objects.filter(ticket=ticket, seq=2).update(**change)
    assert {fault.ticket_number for fault in verify()} == {ticket.number}
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=StringIO())


def test_a_removed_line_is_found() -> None:
    ticket = make_ticket(TicketStatus.HANDLED, cast=make_cast())
    for seq in (2, ticket.version):  # the middle, then the tail
        TicketEvent.objects.filter(ticket=ticket, seq=seq)._raw_delete("default")
        assert list(verify())


def test_a_removed_ticket_is_found() -> None:
    ticket = make_ticket(cast=make_cast())
    number = ticket.ticket_reports.get().report.number
    TicketEvent.objects.filter(ticket=ticket)._raw_delete("default")
    TicketReport.objects.filter(ticket=ticket).delete()
    Ticket.objects.filter(pk=ticket.pk).delete()
    assert [fault.ticket_number for fault in verify()] == [number]


def test_a_chain_rewritten_without_the_key_is_found(settings: object) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=make_cast())
    settings.LEDGER_KEY = "another key than the one it was written with"  # type: ignore[attr-defined]
    assert len(list(verify(ticket_ids=[ticket.pk]))) > 1


def test_the_orm_refuses_changes() -> None:
    event = make_ticket(cast=make_cast()).events.get()
    event.note = "改过"
    with pytest.raises(LedgerIsAppendOnlyError):
        event.save()
    with pytest.raises(LedgerIsAppendOnlyError):
        event.delete()
