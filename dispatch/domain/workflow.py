"""The state table of a ticket, as data. Nothing else decides what may follow what.

A row says: from these states, this action, by these roles, leads there (``target`` ``None`` keeps the
state), wants these fields, passes these guards (``dispatch.domain.guards``). Effects on columns,
clocks and assignments are in ``dispatch.domain.effects`` under the action's name. The table is
checked by tests/dispatch/test_workflow_contract.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.domain.answering_rows import ANSWERING
from dispatch.domain.transitions import (
    BEFORE_ACCEPT,
    IN_DEPARTMENT,
    IN_OFFICE,
    KNOWN_TO_OFFICE,
    Transition,
)
from dispatch.domain.transitions import row as _row
from dispatch.enums import Role, TicketStatus, Visibility
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus as St

__all__ = [
    "ASSISTANTS_MAY",
    "IN_OFFICE",
    "OPENING",
    "TRANSITIONS",
    "Transition",
    "find",
    "rows_from",
]

R, G, D, L = Role.RESIDENT, Role.GRID, Role.DISPATCHER, Role.LEAD
H, M, V, S = Role.HANDLER, Role.HEAD, Role.VERIFIER, Role.SYSTEM

TRANSITIONS: tuple[Transition, ...] = (
    _row(
        Act.ASK,
        [St.ASSESSING],
        [D, L],
        St.NEED_INFO,
        required=("public_text",),
        guards=("not_a_child",),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.ANSWER,
        [St.NEED_INFO],
        [R],
        St.ASSESSING,
        required=("note",),
        optional=("photos",),
        visibility=Visibility.REPORTER,
    ),
    _row(Act.EXPIRE_INFO, [St.NEED_INFO], [S], St.ASSESSING),
    _row(
        Act.REJECT,
        [St.ASSESSING],
        [D, L],
        St.REJECTED,
        required=("reject_reason", "public_text"),
        guards=("not_a_child", "safety_needs_lead"),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.APPEAL,
        [St.REJECTED],
        [R],
        St.ASSESSING,
        required=("note",),
        guards=("one_appeal",),
        visibility=Visibility.REPORTER,
        public_text="您的申诉已收到，指挥室将重新研判。",
    ),
    _row(
        Act.MERGE,
        [St.ASSESSING, St.DISPATCHED],
        [D, L],
        St.MERGED,
        required=("target_ticket",),
        optional=("note",),
        guards=("not_a_child", "children_ended", "mergeable", "merge_conflict_needs_note"),
        visibility=Visibility.REPORTER,
        public_text="您反映的问题已有人上报，两件事合并办理，您仍可在这里查看进展并评价。",
    ),
    _row(
        Act.UNMERGE,
        [St.MERGED],
        [D, L],
        St.ASSESSING,
        required=("note",),
        guards=("unmergeable",),
        visibility=Visibility.REPORTER,
        public_text="经核对，您反映的问题改为单独办理。",
    ),
    _row(
        Act.DISPATCH,
        [St.ASSESSING],
        [D, L, S],
        St.DISPATCHED,
        required=("category", "urgency", "lead_department"),
        optional=("assisting", "promised_due", "conflict_reason", "note"),
        guards=(
            "third_dispatch_needs_lead",
            "not_to_itself",
            "promise_within_limit",
            "conflict_needs_reason",
        ),
        visibility=Visibility.REPORTER,
        public_text="已派单，请承办单位签收。",
    ),
    _row(
        Act.ESCALATE,
        [St.ASSESSING],
        [L],
        St.ESCALATED,
        required=("external_number",),
        optional=("note", "public_text"),
        visibility=Visibility.REPORTER,
        public_text="已上报区级部门办理。",
    ),
    _row(
        Act.REPORT_BACK,
        [St.ESCALATED],
        [L],
        St.HANDLED,
        required=("outcome", "public_text"),
        optional=("photos",),
    ),
    _row(
        Act.TAKE_BACK,
        [St.ESCALATED],
        [L],
        St.ASSESSING,
        required=("note",),
        visibility=Visibility.REPORTER,
        public_text="区级退回，指挥室重新派单。",
    ),
    _row(
        Act.ACCEPT,
        [St.DISPATCHED],
        [H, M, S],
        St.HANDLING,
        visibility=Visibility.REPORTER,
        public_text="负责的单位已签收，正在办理。",
    ),
    _row(
        Act.RETURN,
        [St.DISPATCHED],
        [M],
        St.ASSESSING,
        required=("return_reason", "note"),
        optional=("suggested_department",),
        guards=("return_window", "third_dispatch_final"),
        visibility=Visibility.REPORTER,
        public_text="正在重新确定承办单位。",
    ),
    _row(
        Act.REQUEST_EXTENSION,
        [St.HANDLING],
        [M],
        required=("new_due", "note"),
        guards=(
            "no_pending_request",
            "before_due",
            "two_extensions",
            "later_than_due",
            "within_parent",
        ),
    ),
    _row(
        Act.GRANT_EXTENSION,
        [St.HANDLING],
        [L],
        optional=("note",),
        guards=("pending_extension",),
        visibility=Visibility.REPORTER,
        public_text="办理期限已延长。",
    ),
    _row(Act.DENY_EXTENSION, [St.HANDLING], [L], required=("note",), guards=("pending_extension",)),
    _row(
        Act.REQUEST_SUSPENSION,
        [St.HANDLING],
        [M],
        required=("note", "review_at", "public_text"),
        guards=("no_pending_request", "review_within_90_days"),
    ),
    _row(
        Act.GRANT_SUSPENSION,
        [St.HANDLING],
        [L],
        St.SUSPENDED,
        optional=("note",),
        guards=("pending_suspension",),
        visibility=Visibility.REPORTER,
        public_text="因客观条件暂时无法办理，已挂账跟踪。",
    ),
    _row(
        Act.DENY_SUSPENSION, [St.HANDLING], [L], required=("note",), guards=("pending_suspension",)
    ),
    _row(
        Act.RESUME,
        [St.SUSPENDED],
        [M, L],
        St.HANDLING,
        optional=("note",),
        visibility=Visibility.REPORTER,
        public_text="已恢复办理。",
    ),
    _row(
        Act.EXTEND_SUSPENSION,
        [St.SUSPENDED],
        [L],
        required=("review_at", "note"),
        optional=("public_text",),
        guards=("review_within_90_days",),
        visibility=Visibility.REPORTER,
    ),
    _row(Act.REVIEW_SUSPENSION, [St.SUSPENDED], [S], guards=("review_due",)),
    _row(
        Act.FINISH,
        [St.HANDLING],
        [H],
        St.HANDLED,
        required=("outcome", "public_text"),
        optional=("photos", "note"),
        guards=("not_a_letter", "after_photo"),
        visibility=Visibility.INTERNAL,
    ),
    _row(
        Act.REWORK,
        [St.HANDLED],
        [V, D, L],
        St.HANDLING,
        required=("note",),
        guards=("not_escalated_result",),
        visibility=Visibility.INTERNAL,
    ),
    _row(
        Act.VERIFY,
        [St.HANDLED],
        [V, D, L, G],
        St.AWAITING_RATING,
        optional=("note", "public_text", "photos"),
        guards=("second_person", "children_done"),
        visibility=Visibility.REPORTER,
        child_target=St.CLOSED,
    ),
    _row(
        Act.RATE,
        [St.AWAITING_RATING],
        [R],
        St.CLOSED,
        required=("solved", "score"),
        optional=("note",),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.RATE_JOINED,
        [St.AWAITING_RATING],
        [R],
        required=("solved", "score"),
        optional=("note",),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.CLOSE_UNRATED,
        [St.AWAITING_RATING],
        [S],
        St.CLOSED,
        visibility=Visibility.REPORTER,
        public_text="未收到评价，已自动办结；30 日内仍可重新打开。",
    ),
    _row(
        Act.REOPEN,
        [St.AWAITING_RATING, St.CLOSED],
        [R, L],
        St.ASSESSING,
        required=("note",),
        guards=("reopen_window", "two_reopenings", "parent_at_work"),
        visibility=Visibility.REPORTER,
        public_text="已重新打开，指挥室将重新安排办理。",
    ),
    _row(
        Act.WITHDRAW,
        BEFORE_ACCEPT,
        [R],
        St.WITHDRAWN,
        optional=("note",),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.WITHDRAW_JOINED,
        BEFORE_ACCEPT,
        [R],
        optional=("note",),
        visibility=Visibility.REPORTER,
    ),
    _row(Act.ARCHIVE, [St.CLOSED], [S], St.ARCHIVED),
    _row(
        Act.SUPPLEMENT,
        IN_OFFICE,
        [R],
        required=("note",),
        optional=("photos",),
        visibility=Visibility.REPORTER,
    ),
    _row(Act.URGE, IN_OFFICE, [R], optional=("note",), visibility=Visibility.REPORTER),
    _row(
        Act.SPLIT,
        [St.DISPATCHED, St.HANDLING],
        [D, L],
        required=("departments", "task"),
        optional=("category", "promised_due", "conflict_reason"),
        guards=("not_a_child", "splittable", "child_promise", "split_conflict_needs_reason"),
    ),
    _row(
        Act.CANCEL_CHILD,
        [St.ASSESSING, *IN_DEPARTMENT],
        [D, L, S],
        St.WITHDRAWN,
        required=("note",),
        guards=("is_a_child",),
    ),
    _row(
        Act.SUPERVISE,
        IN_DEPARTMENT,
        [L],
        required=("note", "reply_due"),
        guards=("reply_due_ahead",),
    ),
    _row(
        Act.ANSWER_SUPERVISION,
        IN_DEPARTMENT,
        [H, M],
        required=("note",),
        guards=("supervision_open",),
    ),
    _row(Act.YELLOW_CARD, [St.DISPATCHED, St.HANDLING], [S], guards=("card_due",)),
    _row(Act.RED_CARD, [St.DISPATCHED, St.HANDLING], [S], guards=("card_due",)),
    _row(
        Act.RECOMPUTE_DUE,
        [St.ASSESSING, St.DISPATCHED, St.HANDLING],
        [S],
        required=("note",),
        optional=("public_text",),
        guards=("due_moves",),
        visibility=Visibility.REPORTER,
    ),
    _row(Act.NOTE, [St.ASSESSING, St.ESCALATED], [D, L, V], required=("note",)),
    _row(Act.NOTE, IN_DEPARTMENT, [D, L, H, M, V, G], required=("note",)),
    _row(
        Act.UNMASK,
        KNOWN_TO_OFFICE,
        [D, L],
        required=("note", "report"),
        guards=("confidential_contact_is_leads", "contact_may_be_shown"),
    ),
    _row(Act.ATTACH, IN_OFFICE, [S, D, L], optional=("note",)),
    _row(Act.DETACH, IN_OFFICE, [S, D, L], optional=("note",)),
    *ANSWERING,
)

ASSISTANTS_MAY = frozenset({Act.NOTE})
"""What an assisting department does on a ticket that another one leads."""

OPENING = Act.OPEN
"""The action that makes a ticket: no row leads from nothing, ``dispatch.domain.opening`` does."""

_TABLE: Mapping[tuple[St, Act], Transition] = MappingProxyType(
    {(source, row.action): row for row in TRANSITIONS for source in row.sources}
)


def find(status: str, action: str) -> Transition | None:
    """Return the row for (status, action), or ``None`` where the table has none."""
    try:
        return _TABLE.get((TicketStatus(status), Act(action)))
    except ValueError:
        return None


def rows_from(status: str) -> tuple[Transition, ...]:
    """Return every row that starts in ``status``, in table order."""
    return tuple(row for row in TRANSITIONS if status in row.sources)
