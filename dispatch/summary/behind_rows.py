"""A page of the list behind a figure, and the conditions and marks by which it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.summary.deltas import Cell
from dispatch.summary.scopes import Scope
from xiangcun.lib.errors import InvalidInputError

PAGE_SIZE = 50
MAX_SCAN = 4000
"""So many candidates a page looks at, however rare what it lists is."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY = re.compile(r"([a-z])(-?\d{1,17})\.(\d{1,18})(?:\.(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing a figure counts.

    ``at`` is when it happened (the dispatch, where a measure is booked on it; of a stock since when, if
    known), ``action`` what happened ("" for a state), ``state`` the state it is about. The ids are the
    place it is counted under, 0 for none. ``times`` is how much it counts, ``minutes`` how long it took,
    where that is measured.
    """

    ticket_id: int
    at: datetime | None
    action: str
    state: str
    category_id: int
    department_id: int
    grid_id: int
    times: int = 1
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the mark to go on with (``None``: that was all).

    ``is_cut``: the page stopped because it had looked at enough, not because it was full.
    """

    rows: tuple[Row, ...]
    next: str | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page stopped: in which ``leg``, at which moment and row, after how many rows in all."""

    leg: str
    at: datetime
    pk: int
    seen: int = 0

    def __str__(self) -> str:
        micros = (self.at - _EPOCH) // _MICROSECOND
        return f"{self.leg}{micros}.{self.pk}" + (f".{self.seen}" if self.seen else "")


def read_mark(text: str | None) -> Mark | None:
    """Return the mark of a page's ``next``; raises ``InvalidInputError`` for anything else."""
    if not text:
        return None
    found = _KEY.fullmatch(text)
    try:
        if found is not None:
            at = _EPOCH + timedelta(microseconds=int(found[2]))
            return Mark(found[1], at, int(found[3]), int(found[4] or 0))
    except OverflowError:
        pass
    raise InvalidInputError.of_field("after", "unknown_page", _("没有这一页，请从第一页看起"))


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in the township."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def within(scope: Scope, field: str) -> Q:
    """Return the days of ``scope`` as a condition on a column of moments."""
    end = midnight(scope.last + timedelta(days=1))
    return Q(**{f"{field}__gte": midnight(scope.first), f"{field}__lt": end})


def at_places(scope: Scope) -> Q:
    """Return the places of ``scope`` as a condition on tickets or lines, whose columns have the same names."""
    return (
        _one_of("category", scope.category_ids)
        & _one_of("lead_department", scope.department_ids)
        & _one_of("grid", scope.grid_ids)
    )


def _one_of(field: str, ids: frozenset[int] | None) -> Q:
    if ids is None:
        return Q()
    known = Q(**{f"{field}__in": ids - {0}})
    return known | Q(**{f"{field}__isnull": True}) if 0 in ids else known


def covers(scope: Scope, cell: Cell) -> bool:
    """Whether a cell of the rollup lies in ``scope``."""
    return (
        scope.first <= cell.day <= scope.last
        and (scope.category_ids is None or cell.category_id in scope.category_ids)
        and (scope.department_ids is None or cell.department_id in scope.department_ids)
        and (scope.grid_ids is None or cell.grid_id in scope.grid_ids)
    )


def older_than(mark: Mark | None, field: str) -> Q:
    """Return the condition to go on after ``mark``, the latest first; the index serves its first half."""
    if mark is None:
        return Q()
    same = Q(**{field: mark.at, "pk__lt": mark.pk})
    return Q(**{f"{field}__lte": mark.at}) & (Q(**{f"{field}__lt": mark.at}) | same)


def newer_than(mark: Mark | None, field: str) -> Q:
    """Like :func:`older_than`, the earliest first."""
    if mark is None:
        return Q()
    same = Q(**{field: mark.at, "pk__gt": mark.pk})
    return Q(**{f"{field}__gte": mark.at}) & (Q(**{f"{field}__gt": mark.at}) | same)
