"""The office's part of an erasure: titles are residents' words, and are cleaned as those are."""

from __future__ import annotations

from datetime import datetime

from dispatch.models import Ticket
from reports.domain.erasing import clean_words
from reports.models import Resident


def clean_titles(person: Resident, now: datetime) -> None:  # noqa: ARG001 - the shape of a step
    """Mask contact data and the person's name in the titles of their tickets.

    Tickets are locked before reports, in id order, as everywhere. The ledger needs no cleaning: what a
    resident says is masked before it is sealed, and it names no resident.
    """
    theirs = Ticket.objects.filter(ticket_reports__report__resident=person).values("pk")
    tickets = Ticket.objects.select_for_update().filter(pk__in=theirs).order_by("pk")
    for ticket in tickets.only("pk", "title"):
        clean = clean_words(ticket.title, name=person.nickname.strip())
        if clean != ticket.title:
            Ticket.objects.filter(pk=ticket.pk).update(title=clean)
