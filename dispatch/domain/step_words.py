"""What the residents of a ticket read about one step, and which icon stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from dispatch.domain.attempts import Attempt
from dispatch.enums import Outcome, RejectReason, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.domain.message_words import moment_words
from reports.enums import UpdateKind

_KINDS: Mapping[Act, UpdateKind] = MappingProxyType(
    {
        Act.ASK: UpdateKind.ASKED,
        Act.EXPIRE_INFO: UpdateKind.INFO_EXPIRED,
        Act.REJECT: UpdateKind.REJECTED,
        Act.APPEAL: UpdateKind.REASSESSING,
        Act.REOPEN: UpdateKind.REASSESSING,
        Act.MERGE: UpdateKind.MERGED,
        Act.UNMERGE: UpdateKind.SEPARATED,
        Act.DISPATCH: UpdateKind.DISPATCHED,
        Act.ESCALATE: UpdateKind.ESCALATED,
        Act.TAKE_BACK: UpdateKind.TAKEN_BACK,
        Act.ACCEPT: UpdateKind.ACCEPTED,
        Act.RETURN: UpdateKind.RETURNED,
        Act.GRANT_EXTENSION: UpdateKind.EXTENDED,
        Act.GRANT_SUSPENSION: UpdateKind.SUSPENDED,
        Act.EXTEND_SUSPENSION: UpdateKind.SUSPENDED,
        Act.RESUME: UpdateKind.RESUMED,
        Act.VERIFY: UpdateKind.FINISHED,
        Act.REPLY: UpdateKind.REPLIED,
        Act.CLOSE_UNRATED: UpdateKind.CLOSED,
        Act.RECOMPUTE_DUE: UpdateKind.DUE_MOVED,
    }
)
_SILENT = frozenset({Act.REQUEST_SUSPENSION, Act.FINISH, Act.REPORT_BACK})
"""The lead's or the verifier's word comes first."""
_ACCEPTED_LETTER = "负责的单位已收到，正在研究答复。"


def update_kind(attempt: Attempt) -> UpdateKind:
    """Return the kind of the line that tells of this step."""
    ticket, action = attempt.ticket, attempt.transition.action
    if action == Act.DISPATCH and _is_again(ticket):
        return UpdateKind.REDISPATCHED
    if action == Act.VERIFY and ticket.is_letter:
        return UpdateKind.REPLIED
    return _KINDS.get(action, UpdateKind.PROGRESS)


def public_text(attempt: Attempt) -> str:
    """Return what the residents read about this step ("" = nothing new for them)."""
    action = attempt.transition.action
    if action in _SILENT:
        return ""
    words = _WORDS.get(action)
    if words is not None:
        return words(attempt)
    return attempt.fields.public_text.strip() or attempt.transition.public_text


def _dispatched(attempt: Attempt) -> str:
    ticket = attempt.ticket
    if ticket.is_letter:
        due = f"，{_day(ticket.due_at)} 前答复您" if ticket.due_at else ""
        return f"{'重新转给' if _is_again(ticket) else '已转给'}{ticket.lead_department}{due}。"
    due = f"，承诺 {_day(ticket.due_at)} 前办结" if ticket.due_at else ""
    return f"{'重新派单给' if _is_again(ticket) else '已派单给'}{ticket.lead_department}{due}。"


def _accepted(attempt: Attempt) -> str:
    return _ACCEPTED_LETTER if attempt.ticket.is_letter else attempt.transition.public_text


def _extended(attempt: Attempt) -> str:
    return f"办理期限延长至 {_day(attempt.ticket.due_at)}。"


def _still_suspended(attempt: Attempt) -> str:
    told = attempt.fields.public_text.strip()
    return f"{told}\n继续挂账，将于 {attempt.ticket.review_at} 前复核。".strip()


def _rejected(attempt: Attempt) -> str:
    reason = RejectReason(attempt.ticket.reject_reason)
    return f"{reason.label}。{attempt.fields.public_text.strip()}"


def _verified(attempt: Attempt) -> str:
    ticket = attempt.ticket
    result = ticket.result_text
    if ticket.outcome:
        result = f"{Outcome(ticket.outcome).label}：{result}"
    return f"{result}\n{attempt.fields.public_text.strip()}".strip()


def _replied(attempt: Attempt) -> str:
    """Keep a reply back that a second person has still to read."""
    waits = attempt.ticket.status == TicketStatus.HANDLED
    return "" if waits else attempt.fields.public_text.strip()


_WORDS: Mapping[Act, Callable[[Attempt], str]] = MappingProxyType(
    {
        Act.DISPATCH: _dispatched,
        Act.ACCEPT: _accepted,
        Act.GRANT_EXTENSION: _extended,
        Act.EXTEND_SUSPENSION: _still_suspended,
        Act.REJECT: _rejected,
        Act.VERIFY: _verified,
        Act.REPLY: _replied,
    }
)


def _is_again(ticket: Ticket) -> bool:
    """Whether somebody else, or the same once more, has to see to it."""
    return bool(ticket.return_count or ticket.reopen_count or ticket.dispatch_count > 1)


def _day(moment: datetime | None) -> str:
    """Return ``2026年12月3日 17:30``: what a resident reads has no dashes in its dates."""
    return moment_words(moment) if moment else ""
