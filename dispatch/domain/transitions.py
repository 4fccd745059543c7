"""What a row of the state table is made of; the rows are ``dispatch.domain.workflow``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.enums import Role, Visibility
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus as St


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    ``required`` and ``optional`` name fields of ``dispatch.domain.fields.Fields``; ``public_text`` is
    what the resident reads when the actor wrote nothing for them ("" = no line in the timeline).
    ``child_target`` is where a child goes instead of ``target``, ``lead_target`` where the lead's own
    word leads, who needs no second person, ``praise_target`` where a praise goes: nobody rates thanks.
    """

    action: Act
    sources: frozenset[St]
    roles: frozenset[Role]
    target: St | None = None
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    visibility: Visibility = Visibility.INTERNAL
    public_text: str = ""
    child_target: St | None = None
    lead_target: St | None = None
    praise_target: St | None = None

    def target_of(
        self, *, is_child: bool = False, by_lead: bool = False, is_praise: bool = False
    ) -> St | None:
        """Return where the step leads; a child has no resident who would rate it."""
        for applies, special in (
            (is_child, self.child_target),
            (is_praise, self.praise_target),
            (by_lead, self.lead_target),
        ):
            if applies and special is not None:
                return special
        return self.target


def row(
    action: Act,
    sources: Iterable[St],
    roles: Iterable[Role],
    target: St | None = None,
    *,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    guards: tuple[str, ...] = (),
    visibility: Visibility = Visibility.INTERNAL,
    public_text: str = "",
    child_target: St | None = None,
    lead_target: St | None = None,
    praise_target: St | None = None,
) -> Transition:
    """Write one row of the table."""
    return Transition(
        action,
        frozenset(sources),
        frozenset(roles),
        target,
        required,
        optional,
        guards,
        visibility,
        public_text,
        child_target,
        lead_target,
        praise_target,
    )


IN_DEPARTMENT = (St.DISPATCHED, St.HANDLING, St.SUSPENDED, St.HANDLED)
WORKING = (*IN_DEPARTMENT, St.ESCALATED)
BEFORE_ACCEPT = (St.ASSESSING, St.NEED_INFO, St.DISPATCHED)
IN_OFFICE = (St.ASSESSING, *WORKING)
KNOWN_TO_OFFICE = (*IN_OFFICE, St.NEED_INFO, St.REJECTED, St.AWAITING_RATING, St.CLOSED)
