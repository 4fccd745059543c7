"""Where the same thing comes back: reported again at the same spot, or reopened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dispatch.domain.insights import Finding
from dispatch.enums import Certainty, InsightKind
from dispatch.summary.insights.evidence import behind
from dispatch.summary.insights.names import Names
from dispatch.summary.insights.owners import only_department
from dispatch.summary.insights.words import repeat_text
from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope

KINDS = (InsightKind.REPEAT_PLACE,)
DAYS = 30
LEAST, SURE = 3, 5
MOST = 12
REPEATED, REOPENED = "repeated", "reopened"
_ADVICE = "一次次处理不如找准根子，建议现场会商一次"


@dataclass(frozen=True, slots=True)
class Pair:
    """A grid and a category with how often it came back."""

    scope: Scope
    grid_id: int
    category_id: int
    repeated: int
    reopened: int

    @property
    def times(self) -> int:
        """How often in all."""
        return self.repeated + self.reopened


def find_repeats(today: date, names: Names) -> list[Finding]:
    """Return where something came back at least three times in thirty days, today included.

    Nothing about confidential matters: a place beside a category would say whose.
    """
    whole = Scope(first=today - timedelta(days=DAYS - 1), last=today)
    pairs = []
    for category_id, sums in read_by(whole, Place.CATEGORY).items():
        known = category_id in names.categories and category_id not in names.confidential
        if known and sums.counts[REPEATED] + sums.counts[REOPENED] >= LEAST:
            pairs += _pairs(whole, category_id, names)
    pairs.sort(key=lambda pair: (-pair.times, pair.grid_id, pair.category_id))
    return [_finding(pair, names) for pair in pairs[:MOST]]


def _pairs(whole: Scope, category_id: int, names: Names) -> list[Pair]:
    scope = replace(whole, category_ids=frozenset({category_id}))
    found = []
    for grid_id, sums in read_by(scope, Place.GRID).items():
        pair = Pair(
            replace(scope, grid_ids=frozenset({grid_id})),
            grid_id,
            category_id,
            max(sums.counts[REPEATED], 0),
            max(sums.counts[REOPENED], 0),
        )
        if grid_id in names.grids and pair.times >= LEAST:
            found.append(pair)
    return found


def _finding(pair: Pair, names: Names) -> Finding:
    main, other = (REPEATED, REOPENED) if pair.repeated >= pair.reopened else (REOPENED, REPEATED)
    more = other if min(pair.repeated, pair.reopened) else ""
    return Finding(
        kind=InsightKind.REPEAT_PLACE,
        key=f"repeat:{pair.grid_id}:{pair.category_id}",
        text=repeat_text(
            place=names.grids[pair.grid_id],
            category=names.categories[pair.category_id],
            days=DAYS,
            repeated=pair.repeated,
            reopened=pair.reopened,
        ),
        advice=_ADVICE,
        strength=round(min(0.4 + 0.08 * (pair.times - LEAST), 0.9), 3),
        certainty=Certainty.HIGH if pair.times >= SURE else Certainty.FAIR,
        figures={
            "days": DAYS,
            "count": pair.times,
            "repeated": pair.repeated,
            "reopened": pair.reopened,
        },
        category_id=pair.category_id,
        department_id=only_department(pair.scope, (REPEATED, REOPENED)),
        **behind(main, pair.scope, more),
    )
