"""Which reports of a verified ticket earn points: the office's half of the rules.

Points are for a trouble that was found to be there, never for the sending, and none for reports
against persons or units, for confidential matters, letters and what nobody found on the spot.
"""

from __future__ import annotations

import re
from datetime import datetime

from dispatch.domain.conflicts import complaints_in_ticket
from dispatch.enums import Outcome
from dispatch.models import Recusal, Ticket
from reports.domain.points import Verified, pay_reports
from reports.enums import PublicStatus, ReportKind
from reports.models import Report

EARNING_OUTCOMES = frozenset({Outcome.SOLVED, Outcome.PARTLY, Outcome.TEMPORARY, Outcome.EXPLAINED})
# 举报 of somebody: real-name rewards of that kind have a procedure and a budget of their own.
_AGAINST = re.compile(r"举报|检举|控告|告发|揭发|状告")


def pay_verified(ticket: Ticket, *, now: datetime) -> int:
    """Pay the volunteers who reported ``ticket``, in the transaction of its verification.

    One query where no volunteer is among them. Return how many lines were written.
    """
    if not _may_earn(ticket):
        return 0
    reports = Report.objects.filter(ticket_report__ticket=ticket).exclude(
        public_status=PublicStatus.WITHDRAWN
    )
    if not reports.filter(anonymous=False, resident__volunteers__isnull=False).exists():
        return 0
    if Recusal.objects.filter(ticket=ticket).exists() or complaints_in_ticket(ticket):
        return 0
    rows = list(reports.order_by("submitted_at", "pk").values_list("pk", "text", "kind"))
    verified = [
        Verified(pk, first=place == 0, urgency=ticket.urgency)
        for place, (pk, text, kind) in enumerate(rows)
        if kind == ReportKind.PROBLEM and not _AGAINST.search(text)
    ]
    return len(pay_reports(verified, now=now))


def _may_earn(ticket: Ticket) -> bool:
    confidential = ticket.confidential or (
        ticket.category is not None and ticket.category.confidential
    )
    return (
        ticket.kind == ReportKind.PROBLEM
        and ticket.parent_id is None
        and not confidential
        and ticket.outcome in EARNING_OUTCOMES
    )
