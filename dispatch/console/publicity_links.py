"""What a ticket's page says about the public side of each report, for those who decide about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from dispatch.console.people import has_role
from dispatch.console.publicity_rows import gate_badge
from dispatch.console.ticket_cards import ReportCard
from dispatch.domain.publicity import PUBLISHES
from dispatch.models import Ticket, TicketReport
from reports.enums import WithholdReason
from reports.models import Report


def with_publicity(
    request: HttpRequest,
    ticket: Ticket,
    rows: Iterable[TicketReport],
    cards: Iterable[ReportCard],
) -> list[ReportCard]:
    """Add to each card whether the public sees the case, and the way to change that; no query.

    A letter is never public, so that there is nothing to decide.
    """
    if ticket.confidential or ticket.is_letter or not has_role(request, PUBLISHES):
        return list(cards)
    return [
        replace(card, publicity=_publicity(row.report))
        for row, card in zip(rows, cards, strict=True)
    ]


def _publicity(report: Report) -> dict[str, Any]:
    return {
        "pk": report.pk,
        "gate": gate_badge(report),
        "url": reverse("publicity-report", args=(report.pk,)),
        "is_public": report.published_at is not None,
        "reasons": WithholdReason.choices,
    }
