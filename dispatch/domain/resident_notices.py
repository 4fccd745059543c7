"""What residents are told of a ticket: {action: template}, as data.

Every row goes with a line of the timeline; what is not in the table is read there and told to
nobody. What a resident did is not told to that resident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from dispatch.domain.attempts import Attempt
from dispatch.enums import Outcome, RejectReason
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.domain.messages import Facts, tell_residents
from reports.enums import MessageTemplate as Tmpl
from reports.enums import ReportKind, Urgency

NOTICES: Mapping[Act, Tmpl] = MappingProxyType(
    {
        Act.ASK: Tmpl.NEED_INFO,
        Act.REJECT: Tmpl.REJECTED,
        Act.APPEAL: Tmpl.APPEALED,
        Act.MERGE: Tmpl.JOINED,
        Act.UNMERGE: Tmpl.SEPARATED,
        Act.DISPATCH: Tmpl.DISPATCHED,
        Act.ESCALATE: Tmpl.ESCALATED,
        Act.TAKE_BACK: Tmpl.RETURNED,
        Act.ACCEPT: Tmpl.ACCEPTED,
        Act.RETURN: Tmpl.RETURNED,
        Act.GRANT_EXTENSION: Tmpl.EXTENDED,
        Act.RECOMPUTE_DUE: Tmpl.EXTENDED,
        Act.GRANT_SUSPENSION: Tmpl.SUSPENDED,
        Act.EXTEND_SUSPENSION: Tmpl.SUSPENDED,
        Act.RESUME: Tmpl.RESUMED,
        Act.VERIFY: Tmpl.REPLIED,
        Act.REPLY: Tmpl.REPLIED,
        Act.CLOSE_UNRATED: Tmpl.CLOSED_UNRATED,
        Act.REOPEN: Tmpl.REOPENED,
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A template to tell, and the report whose resident brought it about (0 = none)."""

    template: Tmpl
    but_for: int = 0


def notice_of(attempt: Attempt) -> Notice | None:
    """Return what the residents of the ticket are told of this step, if anything."""
    template = NOTICES.get(attempt.transition.action)
    if template is None:
        return None
    ticket = attempt.ticket
    if template == Tmpl.REPLIED and ticket.kind == ReportKind.PRAISE:
        template = Tmpl.PRAISED
    if template == Tmpl.DISPATCHED and (ticket.return_count or ticket.reopen_count):
        template = Tmpl.REDISPATCHED
    return Notice(template, attempt.actor.report_id or 0)


def tell_notice(
    ticket: Ticket, report_ids: Sequence[int], notice: Notice, *, now: datetime
) -> None:
    """Tell these residents, once for each version of the ticket."""
    wanted = [report_id for report_id in report_ids if report_id != notice.but_for]
    tell_residents(
        wanted,
        notice.template,
        facts_of(ticket, notice.template),
        key=f"{notice.template}/{ticket.pk}/{ticket.version}",
        now=now,
        urgent=ticket.urgency == Urgency.P0,
    )


def facts_of(ticket: Ticket, template: Tmpl) -> Facts:
    """Return what a message may mention: words of our own tables, never a sentence that staff typed."""
    category = "" if ticket.confidential or ticket.category is None else ticket.category.name
    return Facts(
        category=category,
        department=ticket.lead_department.name if ticket.lead_department else "",
        due=ticket.due_at,
        reason=_reason(ticket, template),
        letter=ticket.kind if ticket.is_letter else "",
    )


def _reason(ticket: Ticket, template: Tmpl) -> str:
    if template == Tmpl.REJECTED and ticket.reject_reason:
        return str(RejectReason(ticket.reject_reason).label)
    if template == Tmpl.REPLIED and ticket.outcome:
        return str(Outcome(ticket.outcome).label)
    return ""
