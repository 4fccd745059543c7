"""What an action does to a ticket beside its status: columns, clocks, assignments, moved reports.

An effect changes the ticket in memory and may write rows of other tables; ``lifecycle.perform`` stores
the ticket by one guarded update. It returns what goes into the event's ``data`` (plain JSON).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from dispatch.domain import clocks, letters, recomputing
from dispatch.domain.answering import ANSWERING_EFFECTS
from dispatch.domain.assignments import assign_departments, end_assignments
from dispatch.domain.attempts import Attempt
from dispatch.domain.audit import record_audit
from dispatch.domain.guards import EXTENSION, SUSPENSION
from dispatch.domain.mentions import mention_colleagues
from dispatch.domain.moving import give_back_reports, move_reports
from dispatch.domain.proposals import proposal_data
from dispatch.domain.splitting import cap_by_parent, plan_children
from dispatch.domain.unit_time import unit_time
from dispatch.domain.volunteer_points import pay_verified
from dispatch.domain.watching import WATCH_EFFECTS
from dispatch.enums import AuditAction, LimitStage, Role
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries.repeats import repeated_ticket
from reports.domain.access import record_access
from reports.domain.progress import start_next_round
from reports.enums import AccessKind

Data = dict[str, Any]
Effect = Callable[[Attempt], Data]


def start_assessing(ticket: Ticket, *, now: datetime) -> None:
    """Put the ticket on the command room's desk: its clock runs, no department's does."""
    limit = clocks.limit_for(
        LimitStage.ASSESS,
        category_id=ticket.category_id,
        grid_id=ticket.grid_id,
        urgency=ticket.urgency,
    )
    ticket.clock_bases = None
    clocks.start_clock(ticket, LimitStage.ASSESS, now=now, limit=limit)
    ticket.sign_due_at = None
    ticket.due_at = None
    ticket.paused_at = None
    ticket.remaining_minutes = None
    ticket.pending_request = None


def _back_to_desk(attempt: Attempt) -> Data:
    start_assessing(attempt.ticket, now=attempt.now)
    return {}


def _reject(attempt: Attempt) -> Data:
    attempt.ticket.reject_reason = str(attempt.fields.reject_reason)
    attempt.ticket.result_text = attempt.fields.public_text.strip()
    attempt.ticket.closed_at = attempt.now
    return {}


def _appeal(attempt: Attempt) -> Data:
    attempt.ticket.appeal_count += 1
    attempt.ticket.reject_reason = ""
    attempt.ticket.result_text = ""
    attempt.ticket.closed_at = None
    attempt.ticket.queue_reason = f"居民申诉：{attempt.fields.note}"[:300]
    return _back_to_desk(attempt)


def _dispatch(attempt: Attempt) -> Data:
    ticket, fields, now = attempt.ticket, attempt.fields, attempt.now
    lead, category, urgency = fields.lead_department, fields.category, fields.urgency
    if lead is None or category is None or urgency is None:  # check_fields has made sure
        raise ValueError("dispatch without its fields")
    is_first = ticket.dispatch_count == 0 and ticket.reopen_count == 0
    repeat_of = repeated_ticket(ticket, category_id=category.pk) if is_first else ""
    was = {
        "category": ticket.category_id,
        "department": ticket.lead_department_id,
        "urgency": ticket.urgency,
    }
    ticket.category, ticket.urgency, ticket.lead_department = category, urgency, lead
    ticket.confidential = ticket.confidential or category.confidential
    limit = partial(
        clocks.limit_for, category_id=category.pk, grid_id=ticket.grid_id, urgency=urgency
    )
    sign, handle = limit(LimitStage.SIGN), limit(LimitStage.HANDLE)
    start = now
    if ticket.is_letter:
        handle, start = letters.reply_limit(ticket), letters.clock_start(ticket, now=now)
    clocks.start_clock(ticket, LimitStage.SIGN, now=now, limit=sign)
    clocks.start_clock(ticket, LimitStage.HANDLE, now=start, limit=handle)
    if fields.promised_due is not None:
        ticket.due_at = fields.promised_due
    ticket.due_unit = handle.unit
    ticket.due_from = now
    cap_by_parent(ticket)
    ticket.dispatched_at = now
    ticket.signed_at = None
    ticket.dispatch_count += 1
    ticket.auto_dispatched = attempt.seat.role == Role.SYSTEM
    ticket.queue_reason = ""
    assign_departments(ticket, lead=lead, assisting=fields.assisting, now=now)
    was_proposed = attempt.seat.role != Role.SYSTEM and ticket.parent_id is None
    reason = fields.conflict_reason.strip()
    promised = fields.promised_due
    return {
        **({"conflict_reason": reason} if reason else {}),
        **(proposal_data(ticket, category, pressed=fields.candidate) if was_proposed else {}),
        **({"promised": promised.isoformat()} if promised else {}),
        **({"repeat_of": repeat_of} if repeat_of else {}),
        "was": was,
        "assisting": [department.pk for department in fields.assisting],
        "limit": {"sign": sign.minutes, "handle": handle.minutes, "unit": str(handle.unit)},
    }


def _escalate(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.external_number = attempt.fields.external_number.strip()
    ticket.lead_department = None
    end_assignments(ticket, now=attempt.now)
    return {"external_number": ticket.external_number}


def _report_back(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.outcome = str(attempt.fields.outcome)
    ticket.result_text = attempt.fields.public_text.strip()
    ticket.handled_at = attempt.now
    ticket.finished_by = None
    return {}


def _accept(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.signed_at = attempt.now
    return {"on_time": ticket.sign_due_at is None or attempt.now <= ticket.sign_due_at}


def _return(attempt: Attempt) -> Data:
    ticket, suggested = attempt.ticket, attempt.fields.suggested_department
    returned_by = ticket.lead_department
    ticket.return_count += 1
    ticket.queue_reason = f"{returned_by}退单：{attempt.fields.note}"[:300]
    ticket.lead_department = None
    end_assignments(ticket, now=attempt.now)
    start_assessing(ticket, now=attempt.now)
    return {
        "returned_by": returned_by.pk if returned_by else None,
        "suggested_department": suggested.pk if suggested else None,
    }


def _request_extension(attempt: Attempt) -> Data:
    new_due = attempt.fields.new_due
    request = {
        "kind": EXTENSION,
        "new_due": new_due.isoformat() if new_due else "",
        "note": attempt.fields.note,
    }
    attempt.ticket.pending_request = request
    return {"new_due": request["new_due"]}


def _grant_extension(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.due_at = datetime.fromisoformat((ticket.pending_request or {})["new_due"])
    cap_by_parent(ticket)  # its parent may have become due earlier since it was asked
    ticket.extension_count += 1
    ticket.pending_request = None
    return {}


def _deny(attempt: Attempt) -> Data:
    attempt.ticket.pending_request = None
    return {}


def _request_suspension(attempt: Attempt) -> Data:
    fields = attempt.fields
    review_at = fields.review_at.isoformat() if fields.review_at else ""
    attempt.ticket.pending_request = {
        "kind": SUSPENSION,
        "review_at": review_at,
        "note": fields.note,
        "public_text": fields.public_text,
    }
    return {"review_at": review_at}


def _grant_suspension(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.review_at = date.fromisoformat((ticket.pending_request or {})["review_at"])
    ticket.remaining_minutes = clocks.remaining(ticket, now=attempt.now)
    ticket.paused_at = attempt.now
    ticket.pending_request = None
    return {
        "remaining_minutes": ticket.remaining_minutes,
        "review_at": ticket.review_at.isoformat(),
    }


def _resume(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    clocks.resume_clock(ticket, now=attempt.now)
    cap_by_parent(ticket)
    ticket.due_from = attempt.now
    ticket.paused_at = None
    ticket.remaining_minutes = None
    ticket.review_at = None
    return {}


def _finish(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.outcome = str(attempt.fields.outcome)
    ticket.result_text = attempt.fields.public_text.strip()
    ticket.handled_at = attempt.now
    ticket.finished_by = attempt.actor.user
    ticket.pending_request = None
    on_time = ticket.due_at is None or attempt.now <= ticket.due_at
    return {"on_time": on_time, **unit_time(ticket, now=attempt.now)}


def _rework(attempt: Attempt) -> Data:
    attempt.ticket.rework_count += 1
    attempt.ticket.handled_at = None
    return {}


def _verify(attempt: Attempt) -> Data:
    attempt.ticket.verified_at = attempt.now
    if attempt.ticket.parent_id is not None:  # nobody rates a child: it ends here
        attempt.ticket.closed_at = attempt.now
    pay_verified(attempt.ticket, now=attempt.now)
    return {}


def _rate(attempt: Attempt) -> Data:
    return {"solved": attempt.fields.solved, "score": attempt.fields.score}


def _close(attempt: Attempt) -> Data:
    attempt.ticket.closed_at = attempt.now
    return {} if attempt.transition.action == Act.CLOSE_UNRATED else _rate(attempt)


def _reopen(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.reopen_count += 1
    ticket.dispatch_count = 0
    ticket.extension_count = 0
    ticket.closed_at = None
    ticket.verified_at = None
    ticket.lead_asked_at = None
    ticket.queue_reason = f"重新打开：{attempt.fields.note}"[:300]
    was = ticket.lead_department_id
    ticket.lead_department = None
    end_assignments(ticket, now=attempt.now)
    start_assessing(ticket, now=attempt.now)
    start_next_round(ticket.ticket_reports.values_list("report_id", flat=True))
    return {"was": {"department": was}}


def _withdraw(attempt: Attempt) -> Data:
    attempt.ticket.closed_at = attempt.now
    end_assignments(attempt.ticket, now=attempt.now)
    return {}


def _cancel_child(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.pending_request = None
    ticket.paused_at = None
    ticket.remaining_minutes = None
    ticket.review_at = None
    return _withdraw(attempt)


def _merge(attempt: Attempt) -> Data:
    ticket, target = attempt.ticket, attempt.fields.target_ticket
    if target is None:  # check_fields has made sure
        raise ValueError("merge without a target")
    end_assignments(ticket, now=attempt.now)
    moved = move_reports(ticket, target)
    ticket.merged_into = target
    ticket.report_count = 0
    return {"target": target.number, "reports": moved}


def _unmerge(attempt: Attempt) -> Data:
    ticket, target = attempt.ticket, attempt.ticket.merged_into
    if target is None:  # the guard has made sure
        raise ValueError("unmerge of a ticket that is not merged")
    moved = give_back_reports(target, ticket)
    ticket.merged_into = None
    ticket.report_count = len(moved)
    ticket.lead_department = None
    ticket.queue_reason = f"撤销与 {target.number} 的并案"
    start_assessing(ticket, now=attempt.now)
    return {"target": target.number, "reports": moved}


def _recompute_due(attempt: Attempt) -> Data:
    data = recomputing.recompute(attempt.ticket, now=attempt.now)
    return {"calendar_change": attempt.fields.calendar_change, **data}


def _urge(attempt: Attempt) -> Data:
    attempt.ticket.urge_count += 1
    return {}


def _unmask(attempt: Attempt) -> Data:
    """Three records say it: the ledger, the resident's own list, the audit trail (locked last)."""
    report = attempt.fields.report
    if report is not None:
        record_access(
            [report],
            what=AccessKind.UNMASK,
            who=str(attempt.seat.role.label),
            department=attempt.seat.department_name,
            reason=attempt.fields.access_reason,
            now=attempt.now,
        )
    record_audit(
        AuditAction.UNMASK,
        actor=attempt.actor.user,
        now=attempt.now,
        ticket=attempt.ticket,
        report=report,
        reason=attempt.fields.note,
    )
    return {}


EFFECTS: Mapping[Act, Effect] = MappingProxyType(
    {
        Act.ANSWER: _back_to_desk,
        Act.EXPIRE_INFO: _back_to_desk,
        Act.REJECT: _reject,
        Act.APPEAL: _appeal,
        Act.DISPATCH: _dispatch,
        Act.ESCALATE: _escalate,
        Act.REPORT_BACK: _report_back,
        Act.TAKE_BACK: _back_to_desk,
        Act.ACCEPT: _accept,
        Act.RETURN: _return,
        Act.REQUEST_EXTENSION: _request_extension,
        Act.GRANT_EXTENSION: _grant_extension,
        Act.DENY_EXTENSION: _deny,
        Act.REQUEST_SUSPENSION: _request_suspension,
        Act.GRANT_SUSPENSION: _grant_suspension,
        Act.DENY_SUSPENSION: _deny,
        Act.RESUME: _resume,
        Act.FINISH: _finish,
        Act.REWORK: _rework,
        Act.VERIFY: _verify,
        Act.RATE: _close,
        Act.RATE_JOINED: _rate,
        Act.CLOSE_UNRATED: _close,
        Act.REOPEN: _reopen,
        Act.WITHDRAW: _withdraw,
        Act.MERGE: _merge,
        Act.UNMERGE: _unmerge,
        Act.RECOMPUTE_DUE: _recompute_due,
        Act.URGE: _urge,
        **WATCH_EFFECTS,
        **ANSWERING_EFFECTS,
        Act.NOTE: mention_colleagues,
        Act.SPLIT: plan_children,
        Act.CANCEL_CHILD: _cancel_child,
        Act.UNMASK: _unmask,
    }
)


def apply_effect(attempt: Attempt) -> Data:
    """Run the effect of the attempt's action, if it has one."""
    effect = EFFECTS.get(attempt.transition.action)
    return effect(attempt) if effect else {}
