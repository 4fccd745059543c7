"""Carrying out what triage decided about a report: exactly once, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.domain.opening import AnsweredForError, Assessment, attach_report, open_ticket
from dispatch.models import Ticket, TicketReport, TriageRun
from reports.models import Report
from xiangcun.lib.rows import insert_row


def settle_report(
    report: Report, assessment: Assessment, run: TriageRun, *, attach_to: int | None, now: datetime
) -> TriageRun | None:
    """Open a ticket for the report or give it to ``attach_to``, and keep the (unsaved) ``run``.

    ``None`` when somebody else has answered for the report meanwhile: another run of the same task,
    or the resident by withdrawing. The report's guarded update makes two runs take turns, and the
    unique report of ``TicketReport`` makes the second of them fail (``IntegrityError``).
    """
    try:
        with transaction.atomic():
            if attach_to is None:
                run.ticket = open_ticket(report, assessment, now=now)
            else:
                ticket = Ticket.objects.get(pk=attach_to)
                run.ticket = attach_report(report, ticket, now=now, alert=assessment.alert)
            run.report = report
            insert_row(run)
            return run
    except AnsweredForError:
        return None


def is_settled(report_id: int) -> bool:
    """Whether the report has a ticket."""
    return TicketReport.objects.filter(report_id=report_id).exists()
