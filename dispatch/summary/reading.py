"""The one way to read the rollups: sums of a scope, in total, by place, by day or by hour.

Everything that shows a figure reads here and nowhere else. Flows are those of the scope's days; the
stock (``status:…``) is what there was when the scope's last day ended.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet, Sum

from dispatch.models import Tally
from dispatch.summary.metrics import METRICS, STOCKS
from dispatch.summary.ratios import Sums
from dispatch.summary.scopes import Scope


class Place(StrEnum):
    """By what a scope can be broken down; the value is the column of the rollup."""

    CATEGORY = "category_id"
    DEPARTMENT = "department_id"
    GRID = "grid_id"


def read_total(scope: Scope) -> Sums:
    """Return flows and stock of the whole scope."""
    total = Sums()
    for rows in (_flows(scope), _stock(scope)):
        for metric, count, minutes in rows.values_list("metric").annotate(
            c=Sum("count"), m=Sum("minutes")
        ):
            total.add(metric, count, minutes)
    return total


def read_by(scope: Scope, place: Place) -> defaultdict[int, Sums]:
    """Return flows and stock by the id of ``place``; 0 is "none"."""
    found: defaultdict[int, Sums] = defaultdict(Sums)
    for rows in (_flows(scope), _stock(scope)):
        for key, metric, count, minutes in rows.values_list(str(place), "metric").annotate(
            c=Sum("count"), m=Sum("minutes")
        ):
            found[key].add(metric, count, minutes)
    return found


def read_days(scope: Scope) -> defaultdict[date, Sums]:
    """Return the flows by day; days without any are missing."""
    found: defaultdict[date, Sums] = defaultdict(Sums)
    for day, metric, count, minutes in (
        _flows(scope).values_list("day", "metric").annotate(c=Sum("count"), m=Sum("minutes"))
    ):
        found[day].add(metric, count, minutes)
    return found


def _flows(scope: Scope) -> QuerySet[Tally]:
    days = (scope.first, scope.last)
    return Tally.objects.filter(scope.condition(), day__range=days, metric__in=list(METRICS))


def _stock(scope: Scope) -> QuerySet[Tally]:
    return Tally.objects.filter(scope.condition(), day__lte=scope.last, metric__in=STOCKS.values())
