"""Effects of what watches over a ticket: cards, the review of suspensions, supervision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dispatch.domain import cards
from dispatch.domain.attempts import Attempt
from dispatch.enums import LimitStage, Role
from dispatch.enums import TicketAction as Act

Data = dict[str, Any]


def _extend_suspension(attempt: Attempt) -> Data:
    ticket, review_at = attempt.ticket, attempt.fields.review_at
    was = ticket.review_at.isoformat() if ticket.review_at else ""
    ticket.review_at = review_at
    cards.reset(ticket, now=attempt.now)
    return {"was": {"review_at": was}, "review_at": review_at.isoformat() if review_at else ""}


def _review_suspension(attempt: Attempt) -> Data:
    ticket = attempt.ticket
    ticket.wake_at = None  # once: the lead resumes or names another day
    return {"review_at": ticket.review_at.isoformat() if ticket.review_at else ""}


def _yellow_card(attempt: Attempt) -> Data:
    cards.show_yellow(attempt.ticket)
    return _card_data(attempt)


def _red_card(attempt: Attempt) -> Data:
    level = cards.show_red(attempt.ticket)
    return {
        **_card_data(attempt),
        "level": level,
        "to": str(Role.HEAD if level == cards.HEAD_LEVEL else Role.LEAD),
    }


def _card_data(attempt: Attempt) -> Data:
    ticket, due = attempt.ticket, attempt.ticket.next_due_at
    stage = LimitStage.HANDLE if due == ticket.due_at else LimitStage.SIGN
    return {"due": due.isoformat() if due else "", "stage": str(stage)}


def _supervise(attempt: Attempt) -> Data:
    ticket, due = attempt.ticket, attempt.fields.reply_due
    ticket.supervised_at = attempt.now
    ticket.supervise_due_at = due
    return {"reply_due": due.isoformat() if due else ""}


def _answer_supervision(attempt: Attempt) -> Data:
    ticket, due = attempt.ticket, attempt.ticket.supervise_due_at
    ticket.supervise_due_at = None
    return {
        "reply_due": due.isoformat() if due else "",
        "on_time": due is None or attempt.now <= due,
    }


WATCH_EFFECTS: Mapping[Act, Callable[[Attempt], Data]] = MappingProxyType(
    {
        Act.EXTEND_SUSPENSION: _extend_suspension,
        Act.REVIEW_SUSPENSION: _review_suspension,
        Act.YELLOW_CARD: _yellow_card,
        Act.RED_CARD: _red_card,
        Act.SUPERVISE: _supervise,
        Act.ANSWER_SUPERVISION: _answer_supervision,
    }
)
