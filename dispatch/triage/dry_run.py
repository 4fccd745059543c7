"""Trying rules before they go live: the last tickets routed again by the old and the new set.

Nothing is written. Both sets are run by the very step that triage uses, over what was known when the
ticket was triaged (text, category, urgency, grid, moment, channel, role), so that an unchanged set
changes nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dispatch.queries.past_runs import PastRun, past_runs
from dispatch.triage.context import TriageContext
from dispatch.triage.reference import Reference, current_reference, read_drafts, with_rules
from dispatch.triage.rule_checks import Draft, Known, read_known
from dispatch.triage.steps import classify, route
from reports.enums import ReportKind, ResidentRole, Urgency
from reports.models import Category, Grid

DEFAULT_SIZE, MAX_SIZE, MAX_SHOWN = 500, 5000, 200
BUDGET_SECONDS = 8.0
WIDE_SHARE, WIDE_FROM = 0.3, 20
"""Redirecting more than this share of at least so many tickets is asked about before it is saved."""
BY_DUTY, BY_HAND = "按分类分工", "指挥室人工派单"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a rule set sends a ticket; ``rule_id`` is ``None`` where the category's duty decides."""

    lead: str
    assisting: tuple[str, ...]
    rule: str
    rule_id: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that would go elsewhere."""

    run: PastRun
    category: str
    before: Way
    after: Way


@dataclass(slots=True)
class Trial:
    """What trying showed. ``changes`` holds the newest ``MAX_SHOWN``; the counts are complete."""

    asked: int
    looked: int = 0
    undecided: int = 0
    redirected: int = 0
    reassisted: int = 0
    hits: int = 0
    hits_before: int = 0
    stopped: bool = False
    oldest: datetime | None = None
    changes: list[Change] = field(default_factory=list)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Share of the looked-at tickets that would get another lead, 0–1."""
        return self.redirected / self.looked if self.looked else 0.0

    @property
    def is_wide(self) -> bool:
        """Whether this deserves a second thought."""
        return self.looked >= WIDE_FROM and self.share > WIDE_SHARE

    @property
    def moves(self) -> list[tuple[str, int, int]]:
        """(department, before, after) where the numbers differ, the largest difference first."""
        names = {*self.before, *self.after}
        rows = [(name, self.before[name], self.after[name]) for name in names]
        return sorted(
            (row for row in rows if row[1] != row[2]),
            key=lambda row: (-abs(row[2] - row[1]), row[0]),
        )


@dataclass(frozen=True, slots=True)
class Lookup:
    """Rows by code that contexts are rebuilt from."""

    categories: Mapping[str, Category]
    grids: Mapping[str, Grid]


def try_rule(edited: Draft, *, is_active: bool, size: int = DEFAULT_SIZE) -> Trial:
    """Try the active rules with ``edited`` in its place (added when it has no id, out if inactive)."""
    drafts = read_drafts()
    others = [draft for draft in drafts if not edited.id or draft.id != edited.id]
    return compare(drafts, [*others, edited] if is_active else others, rule_id=edited.id, size=size)


def compare(
    old: Sequence[Draft],
    new: Sequence[Draft],
    *,
    rule_id: int | None = None,
    size: int = DEFAULT_SIZE,
    known: Known | None = None,
) -> Trial:
    """Route the last ``size`` tickets by both sets; ``rule_id`` is the rule whose hits are counted."""
    known, kept = known or read_known(), current_reference()
    before, after = with_rules(kept, old, known), with_rules(kept, new, known)
    lookup, trial = read_lookup(), Trial(asked=max(1, min(size, MAX_SIZE)))
    started = time.monotonic()
    for run in past_runs(limit=trial.asked):
        if time.monotonic() - started > BUDGET_SECONDS:
            trial.stopped = True
            break
        _try_one(run, before, after, lookup, trial, rule_id)
    return trial


def read_lookup() -> Lookup:
    """Read categories and grids by code (two queries)."""
    return Lookup(
        categories={row.code: row for row in Category.objects.filter(parent__isnull=False)},
        grids={row.code: row for row in Grid.objects.defer("polygon")},
    )


def _try_one(
    run: PastRun,
    before: Reference,
    after: Reference,
    lookup: Lookup,
    trial: Trial,
    rule_id: int | None,
) -> None:
    trial.looked += 1
    trial.oldest = run.at
    context = rebuild_context(run, lookup)
    if context is None or context.category is None:
        trial.undecided += 1
        return
    old, new = way_of(context, before), way_of(context, after)
    trial.before[old.lead] += 1
    trial.after[new.lead] += 1
    trial.hits += rule_id is not None and new.rule_id == rule_id
    trial.hits_before += rule_id is not None and old.rule_id == rule_id
    if old.lead == new.lead and old.assisting == new.assisting:
        return
    trial.redirected += old.lead != new.lead
    trial.reassisted += old.lead == new.lead
    if len(trial.changes) < MAX_SHOWN:
        trial.changes.append(Change(run, context.category.name, old, new))


def way_of(context: TriageContext, reference: Reference) -> Way:
    """Route as triage does."""
    result = route.run(context, reference)
    rule_id, rule = result.data.get("rule_id"), result.data.get("rule")
    lead = result.context.lead
    return Way(
        lead=lead.name if lead is not None and result.ok else BY_HAND,
        assisting=tuple(sorted(row.short_name for row in result.context.assisting)),
        rule=str(rule) if rule is not None else BY_DUTY,
        rule_id=rule_id if isinstance(rule_id, int) else None,
    )


def rebuild_context(run: PastRun, lookup: Lookup) -> TriageContext | None:
    """Return what routing knew at the time; ``None`` when no category was found or it is gone."""
    given = _given(run)
    category = lookup.categories.get(given.get("category", ""))
    if category is None:
        return None
    return TriageContext(
        report_id=run.report_id,
        text="\n".join([run.text, *run.supplements]),
        own_words=run.text,
        kind=ReportKind(run.kind),
        lat=run.lat,
        lng=run.lng,
        submitted_at=run.submitted_at,
        now=run.at,
        category=category,
        grid=lookup.grids.get(given.get("grid", "")),
        urgency=Urgency(given.get("urgency", Urgency.P2)),
        channel=run.channel,
        reporter_role=given.get("role") or run.role or ResidentRole.RESIDENT,
    )


def _given(run: PastRun) -> Mapping[str, Any]:
    """Return what the route step wrote down, or what can be told from a run of an older release."""
    steps = {row["step"]: row for row in run.steps}
    given = steps.get(route.NAME, {}).get("data", {}).get("given")
    if given is not None or not run.candidates or run.confidence < classify.LIKELY:
        return given or {}
    said = steps.get("prioritise", {}).get("reason", "")
    placed = steps.get("locate", {})
    return {
        "category": run.candidates[0]["category"],
        "urgency": next((row for row in Urgency if said.startswith(str(row.label))), Urgency.P2),
        "grid": placed.get("data", {}).get("grid", "") if placed.get("ok") else "",
    }


def reordered(drafts: Iterable[Draft], orders: Mapping[int, int]) -> list[Draft]:
    """Return the drafts with the orders (rule id → order) that somebody typed."""
    return [replace(draft, order=orders.get(draft.id, draft.order)) for draft in drafts]
