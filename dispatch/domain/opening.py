"""Opening a ticket for a report, or giving the report to a ticket that is open already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from dispatch.domain.actors import SYSTEM, Actor
from dispatch.domain.alarms import ring_for_new
from dispatch.domain.alerts import Alert
from dispatch.domain.effects import start_assessing
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform, perform_first, record_opening
from dispatch.domain.numbers import new_ticket_number, ticket_title
from dispatch.domain.projection import project_first
from dispatch.domain.recusals import recuse_named
from dispatch.domain.resident_notices import Notice
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Department, Ticket, TicketReport
from reports.enums import MessageTemplate, ReportKind, UpdateKind, Urgency
from reports.models import Category, Grid, Report
from xiangcun.lib.rows import insert_row, update_row

JOINED_TEXT = "您反映的问题已有人上报，将一并办理，您仍可在这里查看进展并评价。"


class AnsweredForError(Exception):
    """The report has a ticket already, or its resident has withdrawn it; nothing may stay written."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What triage found out about a report.

    With ``lead`` and ``category`` given the ticket is dispatched at once; otherwise it waits for the
    command room and ``queue_reason`` says why (Chinese, up to 300 characters). ``kind`` is the flow
    that fits, which is not always what the resident chose; ``placed`` whether the point means a place.
    """

    urgency: Urgency
    category: Category | None = None
    grid: Grid | None = None
    lead: Department | None = None
    assisting: tuple[Department, ...] = field(default_factory=tuple)
    queue_reason: str = ""
    location_flag: str = ""
    note: str = ""
    alert: Alert | None = None
    kind: ReportKind = ReportKind.PROBLEM
    placed: bool = True


def open_ticket(report: Report, assessment: Assessment, *, now: datetime) -> Ticket:
    """Open a ticket for ``report`` and, when the assessment names a department, dispatch it.

    The caller holds a transaction. ``AnsweredForError`` when somebody else has answered for the
    report meanwhile; two at the very same time end in ``IntegrityError`` (one-to-one of
    ``TicketReport``).
    """
    ticket = _new_ticket(report, assessment, now=now)
    insert_row(ticket)
    insert_row(TicketReport(ticket=ticket, report=report, origin_ticket=ticket, attached_at=now))
    _recuse(ticket, report, now=now)
    record_opening(ticket, note=assessment.note, data={"report": report.number}, now=now)
    ring_for_new(ticket, assessment.alert, now=now)
    text = ""
    if assessment.lead is None or assessment.category is None:
        update_row(ticket, ("ledger_head",), where={})
    else:
        fields = Fields(
            category=assessment.category,
            urgency=assessment.urgency,
            lead_department=assessment.lead,
            assisting=assessment.assisting,
            note=assessment.note,
        )
        text = perform_first(ticket, TicketAction.DISPATCH, now=now, fields=fields)
    notice = Notice(MessageTemplate.DISPATCHED)  # told with the text only, if there is one
    if not project_first(
        ticket, report, now=now, text=text, notice=notice, kind=UpdateKind.DISPATCHED
    ):
        raise AnsweredForError
    return ticket


def _new_ticket(report: Report, assessment: Assessment, *, now: datetime) -> Ticket:
    """Return the ticket as its first ledger line finds it, not stored yet."""
    ticket = Ticket(
        number=new_ticket_number(now),
        status=TicketStatus.ASSESSING,
        version=1,
        title=ticket_title(report.text),
        category=assessment.category,
        urgency=assessment.urgency,
        hazard=assessment.alert.hazard if assessment.alert else "",
        grid=assessment.grid,
        lat=report.lat,
        lng=report.lng,
        confidential=bool(assessment.category and assessment.category.confidential),
        queue_reason=assessment.queue_reason[:300],
        location_flag=assessment.location_flag[:200],
        kind=assessment.kind,
        placed=assessment.placed,
        report_count=1,
        opened_at=report.submitted_at,
        status_since=now,
    )
    start_assessing(ticket, now=report.submitted_at)
    ticket.next_due_at = ticket.assess_due_at
    return ticket


def attach_report(
    report: Report,
    ticket: Ticket,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    alert: Alert | None = None,
) -> Ticket:
    """Give ``report`` to an open ticket (duplicate, or the resident's 我也遇到) and tell its resident.

    Its origin is the ticket it joined, with which it moves in a later merge. An ``alert`` makes the
    ticket P0 and rings the command room.
    """
    TicketReport.objects.create(ticket=ticket, report=report, origin_ticket=ticket, attached_at=now)
    Ticket.objects.filter(pk=ticket.pk).update(report_count=F("report_count") + 1)
    fields = Fields(note=report.number, alert=alert)
    ticket = perform(ticket.pk, TicketAction.ATTACH, actor=actor, now=now, fields=fields)
    _recuse(ticket, report, now=now)
    notice = Notice(MessageTemplate.JOINED)
    if not project_first(
        ticket, report, now=now, text=JOINED_TEXT, notice=notice, kind=UpdateKind.MERGED
    ):
        raise AnsweredForError
    return ticket


def _recuse(ticket: Ticket, report: Report, *, now: datetime) -> None:
    """Keep those out whom the report complains of, before anybody sees the ticket."""
    if report.kind != ReportKind.PRAISE:
        recuse_named(ticket, [report.text], now=now)
