"""What the metrics ask of a line of the ledger and of what happened to its ticket before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.summary.lines import Line, Past

Condition = Callable[[Line, Past], bool]
Start = Callable[[Line, Past], datetime | None]

SATISFIED_FROM = 4
RESULTS = (Act.FINISH, Act.REPLY)
"""By what a department says that it is done: work, or the answer to a letter."""
WORDS = (*RESULTS, Act.GRANT_EXTENSION, Act.GRANT_SUSPENSION)
"""By what a resident hears from a unit, besides that it has signed: a result, or why it takes longer."""


def always(_line: Line, _past: Past) -> bool:
    """Return True: every line with one of the metric's actions counts."""
    return True


def by_system(line: Line, _past: Past) -> bool:
    """Whether nobody's hand was in it."""
    return line.role == Role.SYSTEM


def by_person(line: Line, _past: Past) -> bool:
    """Whether somebody did it; the system accepts by itself for a unit that let the time pass."""
    return line.role != Role.SYSTEM


def on_time(line: Line, _past: Past) -> bool:
    """Whether it came before its deadline, as the effect found it."""
    return bool(line.data.get("on_time"))


def signed_on_time(line: Line, past: Past) -> bool:
    """Whether the unit itself signed, no later than the signing deadline."""
    return by_person(line, past) and on_time(line, past)


def has_deadline(line: Line, _past: Past) -> bool:
    """Whether a deadline ran when it happened."""
    return line.due_before is not None


def before_deadline(line: Line, _past: Past) -> bool:
    """Whether it happened no later than the deadline that ran."""
    return line.due_before is not None and line.at <= line.due_before


def is_first_dispatch(_line: Line, past: Past) -> bool:
    """Whether the ticket was never dispatched before."""
    return past.first_dispatch is None


def is_repeat(line: Line, past: Past) -> bool:
    """Whether the same trouble was reported near by within 30 days before."""
    return is_first_dispatch(line, past) and "repeat_of" in line.data


def responded(line: Line, past: Past) -> bool:
    """Whether it is a unit's first word since its dispatch, in time, after it has signed in time."""
    dispatch, signing = past.latest(Act.DISPATCH), past.latest(Act.ACCEPT)
    if dispatch is None or signing is None or not is_result(line, past):
        return False
    others = past.latest(*WORDS, Act.REOPEN)
    return (
        signing.seq > dispatch.seq
        and signed_on_time(signing, past)
        and (others is None or others.seq < dispatch.seq)
        and (line.due_before is None or line.at <= line.due_before)
    )


def has_limit(_line: Line, past: Past) -> bool:
    """Whether a unit of the township had to end it in time; the district's results have no limit."""
    result = past.latest(*RESULTS, Act.REPORT_BACK)
    return result is not None and result.action in RESULTS


def closed_on_time(line: Line, past: Past) -> bool:
    """Whether the unit's last result came in time."""
    finish = past.latest(*RESULTS)
    return finish is not None and has_limit(line, past) and bool(finish.data.get("on_time"))


def is_result(line: Line, _past: Past) -> bool:
    """Whether it is a result: the lead's word to a resident who asked for it changes no state."""
    return line.action != Act.REPLY or "on_time" in line.data


def unit_time_known(line: Line, past: Past) -> bool:
    """Whether it is a result whose time in the unit's hands was written down."""
    return is_result(line, past) and "unit_minutes" in line.data


def unit_minutes(line: Line) -> int:
    """Return the minutes of the unit's own clock, pauses left out."""
    return int(line.data["unit_minutes"])


def tells_result(line: Line, _past: Past) -> bool:
    """Whether the resident reads a result by it that they may judge."""
    rated = line.to_status == TicketStatus.AWAITING_RATING
    return line.action == Act.VERIFY or (rated and "on_time" in line.data)


def closes(line: Line, _past: Past) -> bool:
    """Whether it is a reply that ends the matter: thanks for a praise."""
    return line.to_status == TicketStatus.CLOSED and "on_time" in line.data


def auto_judged(_line: Line, past: Past) -> bool:
    """Whether the system had dispatched it first, so that its end says whether that was right."""
    first = past.first_dispatch
    return first is not None and first.role == Role.SYSTEM


def auto_right(line: Line, past: Past) -> bool:
    """Whether category and unit at the end are those of the system's dispatch."""
    first = past.first_dispatch
    if first is None or first.role != Role.SYSTEM:
        return False
    return (line.category_id, line.department_id) == (first.category_id, first.department_id)


def solved(line: Line, _past: Past) -> bool:
    """Whether the resident says so."""
    return line.data.get("solved") is True


def score(line: Line) -> int:
    """Return the resident's mark, 1–5 (0 without one)."""
    return int(line.data.get("score") or 0)


def satisfied(line: Line, _past: Past) -> bool:
    """Whether the resident gave 4 or 5."""
    return score(line) >= SATISFIED_FROM


def answered(line: Line, past: Past) -> bool:
    """Whether any of the residents has judged the result that is closed now."""
    joined = past.latest(Act.RATE_JOINED)
    waiting = past.entrance
    since_result = joined is not None and waiting is not None and joined.seq > waiting.seq
    return line.action == Act.RATE or since_result


def since_opening(line: Line, _past: Past) -> datetime | None:
    """Start at the resident's report."""
    return line.opened_at


def since(*actions: Act) -> Start:
    """Start at the latest of ``actions``."""

    def start(_line: Line, past: Past) -> datetime | None:
        begun = past.latest(*actions)
        return begun.at if begun else None

    return start


def since_entering(_line: Line, past: Past) -> datetime | None:
    """Start when the ticket came into the state it stood in."""
    return past.entered


def leaves(status: TicketStatus) -> Condition:
    """Return whether the ticket leaves ``status`` by it."""

    def left(line: Line, past: Past) -> bool:
        before = past.previous
        return before is not None and before.to_status == status and line.to_status != status

    return left
