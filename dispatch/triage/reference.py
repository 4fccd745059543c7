"""Everything triage looks things up in, kept in the process and refreshed when a row changes.

At most every ``CHECK_SECONDS`` one cheap look (row counts and latest changes) decides whether to
read the tables again, so an operator's edit works within seconds, in every worker, without a
restart.
"""

from __future__ import annotations

import sys
import threading
import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from dispatch.domain.conflicts import ComplaintReader
from dispatch.models import (
    CategoryDuty,
    DangerTerm,
    Department,
    LexiconTerm,
    RoutingRule,
    UrgencyRule,
)
from dispatch.queries.classifiers import triage_settings
from dispatch.queries.parties import read_parties, staff_names
from dispatch.triage.champion import champion_model, classifier_state
from dispatch.triage.classifier import Classifier
from dispatch.triage.dangers import Danger
from dispatch.triage.gridmap import GridMap
from dispatch.triage.leaves import read_leaves
from dispatch.triage.lexicon import Entry, Lexicon
from dispatch.triage.listening import read_dangers_of_rows
from dispatch.triage.placenames import PlaceNames
from dispatch.triage.rule_checks import Draft, Known, draft_of, make_rule, read_known
from dispatch.triage.rules import Duty, Rule
from dispatch.triage.timing import TimeRule, read_time_rules
from reports.models import Category, Grid, Landmark

CHECK_SECONDS = 3.0

Fingerprint = tuple[object, ...]
_DEPARTMENT_COLUMNS = (
    "pk", "code", "name", "short_name", "aliases", "village_code", "is_active", "is_command_room",
    "conflict_department",
)  # fmt: skip

__all__ = [
    "Duty",
    "Reference",
    "Rule",
    "current_reference",
    "forget_reference",
    "read_drafts",
    "with_rules",
]


@dataclass(frozen=True, slots=True)
class Reference:
    """One consistent copy of the tables. ``categories`` are the active leaves by code.

    ``complaints`` reads whom a text complains of, ``departments`` (by id) are all there are.
    """

    categories: Mapping[str, Category]
    classifier: Classifier
    auto_dispatch: bool = field(default=True, kw_only=True)
    dangers: tuple[Danger, ...]
    grids: GridMap
    rules: tuple[Rule, ...]
    duties: Mapping[str, Duty]
    villages: Mapping[str, Department]
    departments: Mapping[int, Department] = field(default_factory=dict)
    complaints: ComplaintReader = field(default_factory=lambda: ComplaintReader(()), repr=False)
    places: PlaceNames = field(default_factory=lambda: PlaceNames(GridMap([])))
    time_rules: tuple[TimeRule, ...] = ()


class _Kept:
    """The process's copy, what the tables looked like then, and when to look again (monotonic)."""

    lock = threading.Lock()
    reference: Reference | None = None
    fingerprint: Fingerprint = ()
    check_at = 0.0


def current_reference() -> Reference:
    """Return the copy, at most ``CHECK_SECONDS`` behind the tables."""
    kept = _Kept.reference
    if kept is not None and clock.monotonic() < _Kept.check_at:
        return kept
    with _Kept.lock:
        fingerprint = (*_fingerprint(), classifier_state())
        if _Kept.reference is None or fingerprint != _Kept.fingerprint:
            _Kept.reference = _read_reference()
            _Kept.fingerprint = fingerprint
        _Kept.check_at = clock.monotonic() + CHECK_SECONDS
        return _Kept.reference


def forget_reference() -> None:
    """Read the tables anew at the next use."""
    _Kept.reference = None


def _fingerprint() -> Fingerprint:
    """Describe the state of the watched tables; departments are few and carry no time of change."""
    looks = [
        tuple(rows.aggregate(rows=Count("pk"), latest=Max("updated_at")).values())
        for rows in _watched()
    ]
    departments = Department.objects.values_list(*_DEPARTMENT_COLUMNS)
    # A personal name is compared, and kept nowhere but in the process.
    return (*looks, repr(tuple(departments)), hash(tuple(staff_names())))


def _watched() -> tuple[QuerySet[Any], ...]:
    return (
        Category.objects.all(),
        Grid.objects.all(),
        Landmark.objects.all(),
        CategoryDuty.objects.all(),
        RoutingRule.objects.all(),
        LexiconTerm.objects.all(),
        DangerTerm.objects.all(),
        UrgencyRule.objects.all(),
    )


def _read_reference() -> Reference:
    departments = {row.pk: row for row in Department.objects.all()}
    grids = GridMap(list(Grid.objects.filter(is_active=True).order_by("code")))
    found = Reference(
        categories={
            row.code: row
            for row in Category.objects.filter(
                is_active=True, parent__is_active=True
            ).select_related("parent")
        },
        grids=grids,
        places=PlaceNames(grids, Landmark.objects.filter(is_active=True)),
        rules=(),
        dangers=read_dangers_of_rows(),
        time_rules=read_time_rules(),
        classifier=champion_model(read_leaves(), now=timezone.now()) or read_lexicon(),
        auto_dispatch=triage_settings().auto_dispatch,
        duties={
            row.category.code: _duty(departments, row.lead_id, row.assisting.all())
            for row in CategoryDuty.objects.select_related("category").prefetch_related("assisting")
        },
        villages={
            row.village_code: row
            for row in departments.values()
            if row.village_code and row.is_active
        },
        departments=departments,
        complaints=ComplaintReader(read_parties(departments.values())),
    )
    return with_rules(found, read_drafts(), read_known())


def with_rules(reference: Reference, drafts: Iterable[Draft], known: Known) -> Reference:
    """Return the reference with other rules: those of ``drafts``, by order, then age (new last)."""
    ordered = sorted(drafts, key=lambda draft: (draft.order, draft.id or sys.maxsize))
    rules = (make_rule(draft, known) for draft in ordered)
    return replace(reference, rules=tuple(rule for rule in rules if rule is not None))


def read_drafts() -> list[Draft]:
    """Return the active rules as stored, whatever is in them (two queries)."""
    rows = RoutingRule.objects.filter(is_active=True).prefetch_related("assisting")
    return [draft_of(row, [department.pk for department in row.assisting.all()]) for row in rows]


def read_lexicon() -> Lexicon:
    """Return the lexicon as the tables have it: what classifies where no model does."""
    return Lexicon(
        Entry(code, term, weight)
        for code, term, weight in LexiconTerm.objects.filter(
            is_active=True, category__is_active=True
        ).values_list("category__code", "term", "weight")
    )


def _duty(
    departments: Mapping[int, Department], lead_id: int, assisting: Iterable[Department]
) -> Duty:
    return Duty(departments[lead_id], tuple(departments[row.pk] for row in assisting))
