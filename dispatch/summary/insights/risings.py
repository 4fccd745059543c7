"""From the rollups to sentences about what rises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dispatch.domain.insights import Finding
from dispatch.enums import Certainty, InsightKind
from dispatch.queries.calendar import work_calendar
from dispatch.summary.insights.daytypes import day_classes, day_factors
from dispatch.summary.insights.evidence import behind
from dispatch.summary.insights.names import Names
from dispatch.summary.insights.owners import only_department
from dispatch.summary.insights.rising import WINDOWS, Evening, Watch, watch
from dispatch.summary.insights.series import EVENINGS, SPAN, Board, Subject, read_board
from dispatch.summary.insights.words import most_of_it, rising_text
from dispatch.summary.metrics import OPENED
from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope

KINDS = (InsightKind.RISING_CATEGORY, InsightKind.RISING_PLACE)
MOST = 20
_STILL_TOLD = 1.2
"""A rise that has sunk to this against the usual is not told any more."""
_ONE_GRID = 0.7
_BEFORE_DAYS = 84


@dataclass(frozen=True, slots=True)
class Rise:
    """A rising series in the window that tells it best; ``sure`` when its discovery is beyond doubt."""

    subject: Subject
    days: int
    count: int
    expected: float
    before: int
    p: float
    sure: bool
    since: date | None

    @property
    def ratio(self) -> float:
        """How many times the usual."""
        return self.count / max(self.expected, 0.1)

    @property
    def strength(self) -> float:
        """Rank 0–1: how sure, how many times, how many."""
        surprise = min(-float(np.log10(max(self.p, 1e-12))) / 8, 1.0)
        times = min(float(np.log2(max(self.ratio, 1.0))) / 3, 1.0)
        size = min(float(np.log10(max(self.count, 1))) / 2, 1.0)
        return round(0.3 + 0.3 * surprise + 0.2 * times + 0.2 * size, 3)


def find_risings(today: date, names: Names) -> list[Finding]:
    """Return what rises by yesterday evening, the strongest first; only whole days are compared."""
    board = read_board(today - timedelta(days=1), names)
    if board is None:
        return []
    rises = sorted(rises_of(board), key=lambda rise: -rise.strength)
    kept = _without_echoes(rises)[:MOST]
    return [_finding(rise, today, names) for rise in kept]


def rises_of(board: Board) -> list[Rise]:
    """Return the series that rise on the board's last evening."""
    classes = day_classes(board.first, SPAN, work_calendar())
    factors = day_factors(board.counts[:, board.start :], classes[board.start :])
    padded = np.concatenate([np.ones((len(board.counts), board.start)), factors], axis=1)
    last = SPAN - 1
    first = last - EVENINGS + 1
    *_earlier, (evening, seen) = watch(
        board.counts, padded, first=first, last=last, start=board.start
    )
    return [
        rise
        for index in np.flatnonzero(seen.alive)
        if (rise := _rise(board, evening, seen, int(index))).ratio >= _STILL_TOLD
    ]


def _rise(board: Board, evening: Evening, seen: Watch, index: int) -> Rise:
    window = int(np.nanargmin(np.where(np.isnan(evening.p[:, index]), 1.0, evening.p[:, index])))
    days = WINDOWS[window]
    since = int(seen.since[index])
    fresh = since > SPAN - EVENINGS + 1
    begin = SPAN - days
    return Rise(
        subject=board.subjects[index],
        days=days,
        count=int(evening.observed[window, index]),
        expected=float(evening.expected[window, index]),
        before=int(board.counts[index, max(begin - _BEFORE_DAYS, 0) : begin].sum()),
        p=float(evening.p[window, index]),
        sure=bool(evening.sure[:, index].any()),
        since=board.day(since) if fresh else None,
    )


def _without_echoes(rises: Sequence[Rise]) -> list[Rise]:
    """Leave out a village whose rise is one grid's: the grid says it better."""
    grids = [rise for rise in rises if rise.subject.grid_ids and len(rise.subject.grid_ids) == 1]
    return [rise for rise in rises if not any(_echoes(rise, grid) for grid in grids)]


def _echoes(rise: Rise, grid: Rise) -> bool:
    own, inner = rise.subject.grid_ids, grid.subject.grid_ids
    if rise is grid or not own or not inner or not inner < own:
        return False
    return grid.days == rise.days and grid.count >= _ONE_GRID * rise.count


def _finding(rise: Rise, today: date, names: Names) -> Finding:
    subject = rise.subject
    scope = subject.scope(today - timedelta(days=rise.days), today - timedelta(days=1))
    is_place = subject.kind is InsightKind.RISING_PLACE
    text = rising_text(
        name=subject.name,
        is_place=is_place,
        days=rise.days,
        count=rise.count,
        expected=rise.expected,
        before=rise.before,
        since=rise.since,
    )
    if is_place:
        text = _with_main_matter(text, scope, rise.count, names)
    return Finding(
        kind=subject.kind,
        key=subject.key,
        text=text,
        advice=_PLACE_ADVICE if is_place else _CATEGORY_ADVICE,
        strength=rise.strength,
        certainty=Certainty.HIGH if rise.sure else Certainty.FAIR,
        figures={
            "days": rise.days,
            "count": rise.count,
            "expected": round(rise.expected, 1),
            "ratio": round(rise.ratio, 1),
            "since": rise.since.isoformat() if rise.since else None,
            "subject": subject.name,
            "level": subject.key.split(":")[1],
        },
        category_id=subject.category_id,
        department_id=only_department(scope, (OPENED,)),
        **behind(OPENED, scope),
    )


_CATEGORY_ADVICE = "看看是不是同一处、同一个原因，必要时集中处理"
_PLACE_ADVICE = "建议到现场走一趟，看看集中在哪里"


def _with_main_matter(text: str, scope: Scope, count: int, names: Names) -> str:
    """Add what most of it is about, unless that is confidential or there is no such thing."""
    found = {pk: sums.counts[OPENED] for pk, sums in read_by(scope, Place.CATEGORY).items()}
    best = max(found, key=lambda pk: found[pk], default=0)
    named = best in names.categories and best not in names.confidential
    if named and found[best] > 1 and found[best] * 3 >= count:
        return most_of_it(text, names.categories[best], found[best])
    return text
