"""How good triage was: each opened ticket is one case, judged by what people did with it afterwards.

An automatic dispatch was **wrong** when the ticket was dispatched again to another category, was given
back and then dispatched to another department, or was given back and then rejected or escalated. It
was **right** when a department finished it and none of that happened; a return that the command room
did not follow (same category, same department) says nothing against it. Everything else is
**undecided**: not yet finished, withdrawn or merged.

All of it is a pure function of rows; every figure is the number of cases of a selection, so that the
list behind a figure can never disagree with it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from dispatch.enums import Role
from dispatch.enums import TicketAction as Act
from dispatch.queries.triage_quality import Move, Opening
from dispatch.summary.lines import local_day

Z_95 = 1.959964
"""Two-sided 95 %."""
FEW = 30
"""Below this many decided cases a rate is marked: one case more would move it by points."""
ALARM_FROM = 10
"""Fewer cases than this ring no alarm: one wrong of one is significant and still says nothing."""
NONE_OFFERED = -1
OTHER = 0


class Verdict(StrEnum):
    """What became of an automatic dispatch; ``SIGNED`` can no longer be given back, but is open."""

    RIGHT = "right"
    WRONG = "wrong"
    SIGNED = "signed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Case:
    """One ticket as triage opened it, and what became of it.

    ``week`` is the local Monday. ``first`` is the code of the best candidate ("" for none), ``final``
    that of the last dispatch by a person ("" for none). ``place`` says which candidate the first
    person chose for a ticket that was not dispatched automatically: 1, 2, ``OTHER``,
    ``NONE_OFFERED``; ``None`` while nobody has. ``sent`` and ``back`` are the categories it was
    dispatched as and given back as.
    """

    ticket_id: int
    week: date
    version: str
    first: str
    auto: bool
    failed: bool
    verdict: Verdict | None
    final: str
    place: int | None
    pressed: bool
    sent: frozenset[str]
    back: frozenset[str]

    @property
    def corrected(self) -> bool:
        """Whether a person chose another category than triage's best candidate."""
        return bool(self.first and self.final and self.first != self.final)


def monday(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def build_cases(openings: Iterable[Opening], moves: Iterable[Move]) -> list[Case]:
    """Pair each opening with the moves of its ticket; ``moves`` come in order within a ticket."""
    by_ticket: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        by_ticket[move.ticket_id].append(move)
    return [_case(opening, by_ticket.get(opening.ticket_id, [])) for opening in openings]


def _case(opening: Opening, moves: Sequence[Move]) -> Case:
    auto = opening.decision == "dispatched"
    people = [move for move in moves if move.action == Act.DISPATCH and move.role != Role.SYSTEM]
    return Case(
        ticket_id=opening.ticket_id,
        week=monday(local_day(opening.at)),
        version=opening.version,
        first=opening.first,
        auto=auto,
        failed=opening.decision == "failed",
        verdict=judge(moves) if auto else None,
        final=people[-1].category if people else "",
        place=_place(opening, people[0].category) if people and not auto else None,
        pressed=bool(people and not auto and people[0].pressed),
        sent=frozenset(move.category for move in moves if move.action == Act.DISPATCH),
        back=frozenset(move.category for move in moves if move.action == Act.RETURN),
    )


def _place(opening: Opening, taken: str) -> int:
    if not opening.first:
        return NONE_OFFERED
    return {opening.second: 2, opening.first: 1}.get(taken, OTHER)


def judge(moves: Sequence[Move]) -> Verdict:
    """Judge an automatic dispatch by everything that was done with the ticket."""
    first: Move | None = None
    returned = False
    done: set[str] = set()
    for move in moves:
        if first is None:
            first = move if move.action == Act.DISPATCH else None
        elif _overturns(move, first, returned=returned):
            return Verdict.WRONG
        returned = move.action == Act.RETURN or (returned and move.action != Act.DISPATCH)
        done.add(move.action)
    if done & {Act.FINISH, Act.REPLY}:
        return Verdict.RIGHT
    return Verdict.SIGNED if Act.ACCEPT in done else Verdict.OPEN


def _overturns(move: Move, first: Move, *, returned: bool) -> bool:
    if move.action == Act.DISPATCH:
        elsewhere = returned and move.department_id != first.department_id
        return move.category != first.category or elsewhere
    return returned and move.action in {Act.REJECT, Act.ESCALATE}


def wilson(hits: int, total: int, *, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of ``hits`` out of ``total``; (0, 1) when there is nothing.

    Source: Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    if total <= 0:
        return 0.0, 1.0
    share, square = hits / total, z * z
    centre = (share + square / (2 * total)) / (1 + square / total)
    spread = math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    half = z * spread / (1 + square / total)
    return max(0.0, centre - half), min(1.0, centre + half)


Test = Callable[[Case], bool]

MEASURES: Mapping[str, Test] = MappingProxyType(
    {
        "opened": lambda _case: True,
        "auto": lambda case: case.auto,
        "queued": lambda case: not case.auto,
        "failed": lambda case: case.failed,
        "right": lambda case: case.verdict == Verdict.RIGHT,
        "wrong": lambda case: case.verdict == Verdict.WRONG,
        "undecided": lambda case: case.verdict in {Verdict.SIGNED, Verdict.OPEN},
        "decided": lambda case: case.verdict in {Verdict.RIGHT, Verdict.WRONG},
        "sent": lambda case: bool(case.sent),
        "back": lambda case: bool(case.back),
        "back_auto": lambda case: bool(case.back) and case.auto,
        "corrected": lambda case: case.corrected,
        "corrected_auto": lambda case: case.corrected and case.auto,
        "chosen": lambda case: case.place is not None,
        "chosen_1": lambda case: case.place == 1,
        "chosen_2": lambda case: case.place == 2,  # noqa: PLR2004 - the second candidate
        "chosen_top": lambda case: case.place in {1, 2},
        "chosen_other": lambda case: case.place == OTHER,
        "chosen_blind": lambda case: case.place == NONE_OFFERED,
        "pressed": lambda case: case.pressed,
    }
)
"""What is counted; the names stand in addresses."""

GROUPS: Mapping[str, Callable[[Case], frozenset[str]]] = MappingProxyType(
    {
        "week": lambda case: frozenset({case.week.isoformat()}),
        "of": lambda case: frozenset({case.first}),
        "sent_as": lambda case: case.sent,
        "back_as": lambda case: case.back,
        "pair": lambda case: frozenset({f"{case.first}-{case.final}"}),
        "by": lambda case: frozenset({case.version}),
    }
)
"""By what is grouped; a case may stand in several groups of one kind (dispatched twice)."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases of one figure: a measure, within one group or (``group`` "") within all."""

    measure: str
    group: str = ""
    key: str = ""

    def of(self, cases: Iterable[Case]) -> list[Case]:
        """Return the cases; an unknown name selects none."""
        test, keys = MEASURES.get(self.measure), GROUPS.get(self.group)
        if test is None or (self.group and keys is None):
            return []
        return [case for case in cases if test(case) and (keys is None or self.key in keys(case))]


def groups(cases: Iterable[Case], group: str) -> dict[str, list[Case]]:
    """Return the cases by group key."""
    keys = GROUPS[group]
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for key in keys(case):
            found[key].append(case)
    return found


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often automatic dispatch was right; ``low`` and ``high`` are the 95 % interval."""

    right: int
    wrong: int
    signed: int
    open: int

    @property
    def decided(self) -> int:
        """How many the rate rests on."""
        return self.right + self.wrong

    @property
    def rate(self) -> float | None:
        """The share of right ones, ``None`` without any decided one."""
        return self.right / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson interval of the rate."""
        return wilson(self.right, self.decided)

    def misses(self, target: float) -> bool:
        """Whether even the friendly reading is significantly below ``target``.

        A wrong dispatch shows within a workday, a right one only when the work is finished; a signed
        one can no longer be given back, so it counts as right here, lest every new week look bad.
        """
        good = self.right + self.signed
        total = good + self.wrong
        return total >= ALARM_FROM and wilson(good, total)[1] < target


def accuracy(cases: Iterable[Case]) -> Accuracy:
    """Count the verdicts."""
    found = Counter(case.verdict for case in cases)
    return Accuracy(*(found[verdict] for verdict in Verdict))


def bad_weeks(cases: Iterable[Case], *, target: float) -> list[tuple[date, Accuracy]]:
    """Return the weeks whose automatic dispatch was significantly below ``target``, latest first."""
    weeks = groups(cases, "week")
    found = [(date.fromisoformat(key), accuracy(rows)) for key, rows in weeks.items()]
    return sorted((row for row in found if row[1].misses(target)), reverse=True, key=lambda r: r[0])


def pairs(cases: Iterable[Case]) -> list[tuple[str, str, int]]:
    """Return (from code, to code, count) of corrections, most frequent first."""
    found = Counter((case.first, case.final) for case in cases if case.corrected)
    return [(*pair, count) for pair, count in sorted(found.items(), key=lambda r: (-r[1], r[0]))]
