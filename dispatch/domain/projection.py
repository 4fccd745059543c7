"""What the residents of a ticket see of it: status, department, date, next steps, a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from dispatch.domain import letters
from dispatch.domain.guards import MAX_REOPENINGS, RATING_DAYS, REOPEN_DAYS
from dispatch.domain.prompts import safety_prompt
from dispatch.domain.rejections import rejection_of
from dispatch.domain.resident_notices import Notice, tell_notice
from dispatch.domain.step_words import public_text, update_kind
from dispatch.domain.workflow import rows_from
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import EventPhoto, Ticket
from dispatch.queries.lead_asked import lead_asked
from reports.domain.progress import Line, Progress, post_line, project, take_over
from reports.enums import PublicStatus, ReportKind, ResidentAction, UpdateKind
from reports.models import Report

__all__ = [
    "live_report_ids",
    "progress_of",
    "project_first",
    "project_ticket",
    "public_text",
    "remedies_of",
    "resident_actions",
    "result_photo_ids",
    "tell",
    "update_kind",
]

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
    Act.ASK_LEAD: ResidentAction.ASK_LEAD,
}

_REMEDIED = frozenset({TicketStatus.AWAITING_RATING, TicketStatus.CLOSED, TicketStatus.REJECTED})
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
        if _is_used_up(ticket, row.action):
            continue
        actions.append(action)
    return tuple(dict.fromkeys(actions))


def _is_used_up(ticket: Ticket, action: Act) -> bool:
    """Whether a right that is counted, or that a praise never had, is gone."""
    if action in {Act.REOPEN, Act.URGE} and ticket.kind == ReportKind.PRAISE:
        return True
    if action == Act.APPEAL:
        return ticket.appeal_count >= 1
    if action == Act.REOPEN:
        return ticket.reopen_count >= MAX_REOPENINGS
    if action == Act.ASK_LEAD:
        return ticket.reopen_count < MAX_REOPENINGS or lead_asked(ticket)
    return False


def remedies_of(ticket: Ticket) -> dict[str, object] | None:
    """Return what may still be done about a case that has ended (``Report.remedies``), else ``None``."""
    status = TicketStatus(ticket.status)
    if ticket.kind == ReportKind.PRAISE or status not in _REMEDIED:
        return None
    if status == TicketStatus.REJECTED:
        return _remedies(appeals_left=max(0, 1 - ticket.appeal_count))
    since = ticket.closed_at or ticket.verified_at or ticket.status_since
    rating = status == TicketStatus.AWAITING_RATING
    return _remedies(
        reopens_left=max(0, MAX_REOPENINGS - ticket.reopen_count),
        reopen_until=since + timedelta(days=REOPEN_DAYS),
        rating_due_at=ticket.status_since + timedelta(days=RATING_DAYS) if rating else None,
    )


def _remedies(
    *,
    reopens_left: int = 0,
    appeals_left: int = 0,
    reopen_until: datetime | None = None,
    rating_due_at: datetime | None = None,
) -> dict[str, object]:
    return {
        "reopens_left": reopens_left,
        "appeals_left": appeals_left,
        "reopen_until": reopen_until.isoformat() if reopen_until else None,
        "rating_due_at": rating_due_at.isoformat() if rating_due_at else None,
    }


def _promised(ticket: Ticket, *, in_hands: bool) -> datetime | None:
    """Return the date the resident was told; a letter has one from the day it was sent."""
    if in_hands:
        return ticket.due_at
    waits = ticket.is_letter and ticket.status in {TicketStatus.ASSESSING, TicketStatus.NEED_INFO}
    return letters.reply_due(ticket) if waits else None


def progress_of(ticket: Ticket) -> Progress:
    """Build the resident's view of ``ticket``."""
    status = PUBLIC_STATUS[TicketStatus(ticket.status)]
    category = ticket.category
    in_hands = status in _PUBLISHABLE
    return Progress(
        status=status,
        allowed_actions=resident_actions(ticket),
        department_name=ticket.lead_department.name if ticket.lead_department and in_hands else "",
        promised_at=_promised(ticket, in_hands=in_hands),
        category_id=ticket.category_id,
        urgency=ticket.urgency,
        safety_prompt=safety_prompt(ticket),
        grid_id=ticket.grid_id,
        rejection=rejection_of(ticket),
        remedies=remedies_of(ticket),
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
    kind: UpdateKind = UpdateKind.PROGRESS,
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
        line = Line(text, department_name=progress.department_name, photos=photos, kind=kind)
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
    kind: UpdateKind = UpdateKind.PROGRESS,
) -> bool:
    """Write the view of ``ticket`` to a report it has just got; False if that is answered for."""
    progress = progress_of(ticket)
    if not take_over(report, progress, now=now):
        return False
    if text:
        line = Line(text=text, department_name=progress.department_name, kind=kind)
        post_line([report.pk], line, status=progress.status, now=now)
        if notice is not None:
            tell_notice(ticket, [report.pk], notice, now=now)
    return True


def tell(report_ids: Sequence[int], text: str, *, kind: UpdateKind, now: datetime) -> None:
    """Add a line to the timelines of single reports, under the status they show now."""
    for report in Report.objects.filter(pk__in=report_ids).only(
        "pk", "public_status", "department_name"
    ):
        line = Line(text=text, department_name=report.department_name, kind=kind)
        post_line([report.pk], line, status=PublicStatus(report.public_status), now=now)


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
