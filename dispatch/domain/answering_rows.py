"""The rows of the state table about answering in words (``dispatch.domain.workflow``)."""

from __future__ import annotations

from dispatch.domain.transitions import Transition
from dispatch.domain.transitions import row as _row
from dispatch.enums import Role, Visibility
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus as St

R, D, L = Role.RESIDENT, Role.DISPATCHER, Role.LEAD
H, M = Role.HANDLER, Role.HEAD

ANSWERING: tuple[Transition, ...] = (
    *(
        _row(
            Act.REPLY,
            [source],
            roles,
            St.HANDLED,
            required=("public_text",),
            optional=("photos", "note"),
            guards=("only_a_letter", "children_done"),
            visibility=Visibility.INTERNAL,  # until it has been checked it is but a draft
            lead_target=St.AWAITING_RATING,
            praise_target=St.CLOSED,
        )
        for source, roles in ((St.ASSESSING, [D, L]), (St.HANDLING, [H, M, L]))
    ),
    _row(
        Act.REPLY,
        [St.AWAITING_RATING, St.CLOSED],
        [L],
        required=("public_text",),
        optional=("photos", "note"),
        guards=("lead_was_asked",),
        visibility=Visibility.REPORTER,
    ),
    _row(
        Act.ASK_LEAD,
        [St.AWAITING_RATING, St.CLOSED],
        [R],
        required=("note",),
        guards=("reopen_window", "reopenings_over", "lead_not_asked"),
        visibility=Visibility.REPORTER,
    ),
)
