"""Everything triage looks things up in, kept in the process and refreshed when a row changes.

At most every ``CHECK_SECONDS`` one cheap look (row counts and latest changes) decides whether to
read the tables again, so an operator's edit works within seconds, in every worker, without a
restart.
"""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from dispatch.models import CategoryDuty, DangerTerm, Department, LexiconTerm, RoutingRule
from dispatch.queries.classifiers import triage_settings
from dispatch.triage.champion import champion_model, classifier_state
from dispatch.triage.classifier import Classifier
from dispatch.triage.dangers import Danger
from dispatch.triage.gridmap import GridMap
from dispatch.triage.leaves import read_leaves
from dispatch.triage.lexicon import Entry, Lexicon
from reports.enums import Urgency
from reports.models import Category, Grid

CHECK_SECONDS = 3.0

Fingerprint = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """Who leads and who assists."""

    lead: Department
    assisting: tuple[Department, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A routing rule ready to be matched; empty conditions fit everything."""

    name: str
    duty: Duty
    categories: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hour_from: time | None = None
    hour_to: time | None = None
    day_scope: str = "any"


@dataclass(frozen=True, slots=True)
class Reference:
    """One consistent copy of the tables. ``categories`` are the active leaves by code."""

    categories: Mapping[str, Category]
    classifier: Classifier
    auto_dispatch: bool = field(default=True, kw_only=True)
    dangers: tuple[Danger, ...]
    grids: GridMap
    rules: tuple[Rule, ...]
    duties: Mapping[str, Duty]
    villages: Mapping[str, Department]


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
    departments = Department.objects.values_list("pk", "code", "name", "village_code", "is_active")
    return (*looks, tuple(departments))


def _watched() -> tuple[QuerySet[Any], ...]:
    return (
        Category.objects.all(),
        Grid.objects.all(),
        CategoryDuty.objects.all(),
        RoutingRule.objects.all(),
        LexiconTerm.objects.all(),
        DangerTerm.objects.all(),
    )


def _read_reference() -> Reference:
    departments = {row.pk: row for row in Department.objects.all()}
    return Reference(
        categories={
            row.code: row
            for row in Category.objects.filter(
                is_active=True, parent__is_active=True
            ).select_related("parent")
        },
        classifier=champion_model(read_leaves(), now=timezone.now()) or read_lexicon(),
        auto_dispatch=triage_settings().auto_dispatch,
        dangers=tuple(
            Danger(row.term, Urgency(row.urgency), tuple(row.unless))
            for row in DangerTerm.objects.filter(is_active=True)
        ),
        grids=GridMap(list(Grid.objects.filter(is_active=True).order_by("code"))),
        rules=_read_rules(departments),
        duties={
            row.category.code: _duty(departments, row.lead_id, row.assisting.all())
            for row in CategoryDuty.objects.select_related("category").prefetch_related("assisting")
        },
        villages={
            row.village_code: row
            for row in departments.values()
            if row.village_code and row.is_active
        },
    )


def read_lexicon() -> Lexicon:
    """Return the lexicon as the tables have it: what classifies where no model does."""
    return Lexicon(
        Entry(code, term, weight)
        for code, term, weight in LexiconTerm.objects.filter(
            is_active=True, category__is_active=True
        ).values_list("category__code", "term", "weight")
    )


def _read_rules(departments: Mapping[int, Department]) -> tuple[Rule, ...]:
    rows = RoutingRule.objects.filter(is_active=True).prefetch_related("assisting")
    return tuple(
        Rule(
            name=row.name,
            duty=_duty(departments, row.lead_id, row.assisting.all()),
            categories=tuple(row.categories),
            grids=tuple(row.grids),
            urgencies=tuple(row.urgencies),
            words=tuple(row.words),
            hour_from=row.hour_from,
            hour_to=row.hour_to,
            day_scope=row.day_scope,
        )
        for row in rows
    )


def _duty(
    departments: Mapping[int, Department], lead_id: int, assisting: Iterable[Department]
) -> Duty:
    return Duty(departments[lead_id], tuple(departments[row.pk] for row in assisting))
