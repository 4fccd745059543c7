"""What the residents of a ticket see of it: status, department, date, next steps, a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from dispatch.domain.attempts import Attempt
from dispatch.domain.guards import MAX_REOPENINGS
from dispatch.domain.prompts import safety_prompt
from dispatch.domain.resident_notices import Notice, tell_notice
from dispatch.domain.workflow import rows_from
from dispatch.enums import Outcome, RejectReason, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import EventPhoto, Ticket
from reports.domain.progress import Line, Progress, post_line, project, take_over
from reports.enums import PublicStatus, ResidentAction
from reports.models import Report

PUBLIC_STATUS = {
    TicketStatus.ASSESSING: PublicStatus.RECEIVED,
    TicketStatus.NEED_INFO: PublicStatus.NEED_INFO,
    TicketStatus.REJECTED: PublicStatus.REJECTED,
    TicketStatus.MERGED: PublicStatus.PROCESSING,
    TicketStatus.DISPATCHED: PublicStatus.PROCESSING,
    TicketStatus.ESCALATED: PublicStatus.PROCESSING,
    TicketStatus.HANDLING: PublicStatus.PROCESSING,
    TicketStatus.SUSPENDED: PublicStatus.PROCESSING,
    TicketStatus.HANDLED: PublicStatus.PROCESSING,
    TicketStatus.AWAITING_RATING: PublicStatus.AWAITING_RATING,
    TicketStatus.CLOSED: PublicStatus.CLOSED,
    TicketStatus.ARCHIVED: PublicStatus.CLOSED,
    TicketStatus.WITHDRAWN: PublicStatus.WITHDRAWN,
}

RESIDENT_ACTION = {
    Act.ANSWER: ResidentAction.SUPPLEMENT,
    Act.SUPPLEMENT: ResidentAction.SUPPLEMENT,
    Act.WITHDRAW: ResidentAction.WITHDRAW,
    Act.URGE: ResidentAction.URGE,
    Act.RATE: ResidentAction.RATE,
    Act.REOPEN: ResidentAction.REOPEN,
    Act.APPEAL: ResidentAction.REOPEN,
}

_PUBLISHABLE = frozenset(
    {PublicStatus.PROCESSING, PublicStatus.AWAITING_RATING, PublicStatus.CLOSED}
)


def resident_actions(ticket: Ticket) -> tuple[ResidentAction, ...]:
    """Return what a resident may do now, from the state table and the two counted limits."""
    actions = []
    for row in rows_from(ticket.status):
        action = RESIDENT_ACTION.get(row.action)
        if action is None or Role.RESIDENT not in row.roles:
            continue
        if row.action == Act.APPEAL and ticket.appeal_count >= 1:
            continue
        if row.action == Act.REOPEN and ticket.reopen_count >= MAX_REOPENINGS:
            continue
        actions.append(action)
    return tuple(dict.fromkeys(actions))


def progress_of(ticket: Ticket) -> Progress:
    """Build the resident's view of ``ticket``."""
    status = PUBLIC_STATUS[TicketStatus(ticket.status)]
    category = ticket.category
    in_hands = status in _PUBLISHABLE
    return Progress(
        status=status,
        allowed_actions=resident_actions(ticket),
        department_name=ticket.lead_department.name if ticket.lead_department and in_hands else "",
        promised_at=ticket.due_at if in_hands else None,
        category_id=ticket.category_id,
        urgency=ticket.urgency,
        safety_prompt=safety_prompt(ticket),
        grid_id=ticket.grid_id,
        publish=bool(category and category.public_default and not ticket.confidential and in_hands),
    )


def live_report_ids(ticket: Ticket) -> list[int]:
    """Ids of the ticket's reports whose residents still wait: not withdrawn, not rated this round."""
    reports = Report.objects.filter(ticket_report__ticket=ticket).exclude(
        public_status=PublicStatus.WITHDRAWN
    )
    if ticket.status == TicketStatus.AWAITING_RATING:
        reports = reports.exclude(ratings__round=F("reopen_count"))
    return list(reports.values_list("pk", flat=True))


def project_ticket(
    ticket: Ticket,
    *,
    now: datetime,
    text: str = "",
    photos: Sequence[UUID] = (),
    among: Sequence[int] | None = None,
    notice: Notice | None = None,
) -> None:
    """Write the view of ``ticket`` to its reports and, with a ``text``, a line to their timelines.

    A ``notice`` goes with the line into the inboxes of those who sent them. ``among`` narrows it to these reports, where the view of the others has not changed.
    """
    report_ids = live_report_ids(ticket)
    if among is not None:
        report_ids = [report_id for report_id in report_ids if report_id in set(among)]
    if not report_ids:
        return
    progress = progress_of(ticket)
    project(report_ids, progress, now=now)
    if text:
        line = Line(text=text, department_name=progress.department_name, photos=photos)
        post_line(report_ids, line, status=progress.status, now=now)
        if notice is not None:
            tell_notice(ticket, report_ids, notice, now=now)


def project_first(
    ticket: Ticket,
    report: Report,
    *,
    now: datetime,
    text: str = "",
    notice: Notice | None = None,
) -> bool:
    """Write the view of ``ticket`` to a report it has just got; False if that is answered for."""
    progress = progress_of(ticket)
    if not take_over(report, progress, now=now):
        return False
    if text:
        line = Line(text=text, department_name=progress.department_name)
        post_line([report.pk], line, status=progress.status, now=now)
        if notice is not None:
            tell_notice(ticket, [report.pk], notice, now=now)
    return True


def tell(report_ids: Sequence[int], text: str, *, now: datetime) -> None:
    """Add a line to the timelines of single reports, under the status they show now."""
    for report in Report.objects.filter(pk__in=report_ids).only(
        "pk", "public_status", "department_name"
    ):
        line = Line(text=text, department_name=report.department_name)
        post_line([report.pk], line, status=PublicStatus(report.public_status), now=now)


def public_text(attempt: Attempt) -> str:
    """Return what the residents read about this step ("" = nothing new for them)."""
    ticket, fields, action = attempt.ticket, attempt.fields, attempt.transition.action
    if action == Act.DISPATCH:
        verb = "重新派单给" if ticket.return_count or ticket.reopen_count else "已派单给"
        due = f"，承诺 {_day(ticket.due_at)} 前办结" if ticket.due_at else ""
        return f"{verb}{ticket.lead_department}{due}。"
    if action == Act.GRANT_EXTENSION and ticket.due_at:
        return f"办理期限延长至 {_day(ticket.due_at)}。"
    if action == Act.EXTEND_SUSPENSION and ticket.review_at:
        told = fields.public_text.strip()
        return f"{told}\n继续挂账，将于 {ticket.review_at} 前复核。".strip()
    if action == Act.REJECT:
        return f"{RejectReason(ticket.reject_reason).label}。{fields.public_text.strip()}"
    if action == Act.VERIFY:
        result = (
            f"{Outcome(ticket.outcome).label}：{ticket.result_text}"
            if ticket.outcome
            else ticket.result_text
        )
        return f"{result}\n{fields.public_text.strip()}".strip()
    if action in {Act.REQUEST_SUSPENSION, Act.FINISH, Act.REPORT_BACK}:
        return ""  # the lead's or the verifier's word comes first
    return fields.public_text.strip() or attempt.transition.public_text


def result_photo_ids(ticket: Ticket) -> list[UUID]:
    """Ids of the photos that prove the latest finish."""
    latest = (
        ticket.events.filter(action__in=[Act.FINISH, Act.REPORT_BACK])
        .order_by("-seq")
        .values_list("pk", flat=True)
    ).first()
    if latest is None:
        return []
    return list(
        EventPhoto.objects.filter(event_id=latest)
        .order_by("order")
        .values_list("photo_id", flat=True)
    )


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
