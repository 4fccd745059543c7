"""Carrying out what triage decided about a report: exactly once, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.models import Ticket, TicketReport, TriageRun
from reports.models import Report


def settle_report(
    report_id: int, assessment: Assessment, run: TriageRun, *, attach_to: int | None, now: datetime
) -> TriageRun | None:
    """Open a ticket for the report or give it to ``attach_to``, and keep the (unsaved) ``run``.

    ``None`` when somebody else has answered for the report meanwhile: another run of the same task,
    or the resident by withdrawing. The row lock makes two runs take turns; where a database has none
    the unique report of ``TicketReport`` makes the second fail.
    """
    with transaction.atomic():
        report = (
            Report.objects.select_for_update().filter(pk=report_id, triaged_at__isnull=True).first()
        )
        if report is None:
            return None
        if attach_to is None:
            run.ticket = open_ticket(report, assessment, now=now)
        else:
            ticket = Ticket.objects.get(pk=attach_to)
            run.ticket = attach_report(report, ticket, now=now, alert=assessment.alert)
        run.report = report
        run.save(force_insert=True)
        return run


def is_settled(report_id: int) -> bool:
    """Whether the report has a ticket."""
    return TicketReport.objects.filter(report_id=report_id).exists()
