"""The telephone behind a report, and when it may be shown in full."""

from __future__ import annotations

from typing import Final

from dispatch.models import Ticket, TicketReport
from reports.models import Report
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

MIN_REASON: Final = 4


def contact_of(report: Report) -> str:
    """Return the telephone number the resident left, "" for none; an anonymous report has none."""
    if report.anonymous:
        return ""
    return report.contact_phone or (report.resident.phone if report.resident else "")


def check_contact(report: Report, ticket: Ticket, *, reason: str) -> None:
    """Refuse to show the number of a report: of another ticket, anonymous, none left, no reason."""
    if not TicketReport.objects.filter(ticket=ticket, report=report).exists():
        raise NotFoundError("report_not_in_ticket", "该上报不在这张工单里")
    if report.anonymous:
        raise ConflictError("anonymous_report", "匿名上报，任何岗位都不能查看上报人的联系方式")
    if not contact_of(report):
        raise ConflictError("no_contact", "上报人没有留下联系电话")
    if len(reason.strip()) < MIN_REASON:
        raise InvalidInputError.of_field(
            "note", "reason_too_short", f"请写明查看联系方式的理由（至少 {MIN_REASON} 个字）"
        )
