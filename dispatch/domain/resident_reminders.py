"""A day before something of a resident's lapses, they are told once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from dispatch.domain.guards import RATING_DAYS
from dispatch.domain.projection import live_report_ids
from dispatch.domain.resident_notices import facts_of
from dispatch.domain.timers import BATCH, INFO_DAYS
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from reports.domain.messages import tell_residents
from reports.enums import MessageTemplate, PublicStatus
from reports.models import Report, ResidentMessage

AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """``template`` is told a day before ``days`` natural days in ``status`` are over."""

    status: TicketStatus
    template: MessageTemplate
    days: int


REMINDERS = (
    Reminder(TicketStatus.NEED_INFO, MessageTemplate.REMIND_INFO, INFO_DAYS),
    Reminder(TicketStatus.AWAITING_RATING, MessageTemplate.REMIND_RATING, RATING_DAYS),
)


def remind_residents(*, now: datetime) -> int:
    """Tell whoever still has to answer or to rate, at most ``BATCH`` tickets a kind; return how many.

    Safe to run twice and at the same time: the message's key lets it be told once a round.
    """
    return sum(_remind(reminder, now) for reminder in REMINDERS)


def _remind(reminder: Reminder, now: datetime) -> int:
    tickets = list(_due(reminder, now).select_related("category", "lead_department")[:BATCH])
    for ticket in tickets:
        due = ticket.status_since + timedelta(days=reminder.days)
        tell_residents(
            live_report_ids(ticket),
            reminder.template,
            replace(facts_of(ticket, reminder.template), due=due),
            key=f"{reminder.template}/{ticket.pk}/{ticket.version}",
            now=now,
        )
    return len(tickets)


def _due(reminder: Reminder, now: datetime) -> QuerySet[Ticket]:
    """Return tickets of which somebody is still to be told, those that lapse first before the rest.

    A ticket that nobody of is to be told (its reports are nobody's) must not come back every time.
    """
    lapses = now - timedelta(days=reminder.days)
    told = ResidentMessage.objects.filter(
        report=OuterRef("pk"), template=reminder.template, created_at__gte=OuterRef("status_since")
    )
    waiting = Report.objects.filter(ticket_report__ticket=OuterRef("pk"), resident__isnull=False)
    waiting = waiting.exclude(public_status=PublicStatus.WITHDRAWN)
    waiting = waiting.alias(status_since=F("ticket_report__ticket__status_since"))
    waiting = waiting.filter(~Exists(told))
    if reminder.status == TicketStatus.AWAITING_RATING:
        waiting = waiting.exclude(ratings__round=F("reopen_count"))
    tickets = Ticket.objects.filter(
        Exists(waiting),
        status=reminder.status,
        status_since__lte=lapses + AHEAD,
        status_since__gt=lapses,
    )
    return tickets.order_by("status_since", "pk")
