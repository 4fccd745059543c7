"""The summary: what happened in a period, by category, dimension, department, grid and day.

Reads tallies and names only, never tickets: the number of queries does not depend on the number of
tickets, nor of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from dispatch.enums import TicketStatus
from dispatch.models import Department
from dispatch.summary.comparing import (
    Compared,
    first_day,
    merge_compared,
    read_compared,
    read_compared_by,
)
from dispatch.summary.kinds import Figure
from dispatch.summary.metrics import STOCKS
from dispatch.summary.periods import Period, custom_period
from dispatch.summary.ratios import FIGURES, IN_HAND, Sums
from dispatch.summary.reading import Place, read_days
from dispatch.summary.scopes import Scope
from reports.models import Category, Dimension, Grid

FLOW_COLUMNS = (
    "opened", "closed", "on_time_rate", "answer_hours", "answer_median", "answer_p90", "repeat_rate", "reopen_rate",
    "solved_rate", "satisfied_rate", "rating_rate",
)  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "top_category": FLOW_COLUMNS,
    "category": FLOW_COLUMNS,
    "dimension": FLOW_COLUMNS,
    "department": (
        "in_hand", "dispatched", "suspended_now", "sign_rate", "response_rate", "returned", "return_rate",
        "finished", "finished_on_time_rate", "rework_rate", "extension_rate", "closed", "on_time_rate",
        "unit_hours", "unit_median", "unit_p90", "reopen_rate", "solved_rate", "satisfied_rate", "rating_rate",
    ),
    "grid": ("in_hand", *FLOW_COLUMNS),
    "day": ("reported", "opened", "dispatched", "finished", "closed", "returned", "rated"),
}  # fmt: skip
COMPARED: Mapping[str, str] = {"department": "dispatched"}
"""Which figure of a table stands beside the period before; where nothing is said, what was opened."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name, its code where it has one, what it covers, and the sums behind its figures.

    ``compared`` is ``None`` for a day.
    """

    key: str
    name: str
    scope: Scope
    sums: Sums
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page and a sheet of the workbook; ``compared`` is the column that is compared ("" for none)."""

    code: str
    title: str
    row_title: str
    columns: tuple[Figure, ...]
    rows: tuple[Row, ...]
    note: str = ""
    compared: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the page shows."""

    scope: Scope
    period: Period
    compared: Compared
    statuses: tuple[tuple[TicketStatus, int], ...]
    tables: tuple[Table, ...] = field(default_factory=tuple)

    @property
    def total(self) -> Sums:
        """Return the sums of the whole scope."""
        return self.compared.now

    def table(self, code: str) -> Table:
        """Return the table of that code."""
        return next(table for table in self.tables if table.code == code)


def build_summary(scope: Scope, period: Period | None = None) -> Summary:
    """Sum up ``scope``, compared as ``period`` says (without one: as the range of days it is)."""
    period = period or custom_period(scope.first, scope.last)
    since = first_day()
    total = read_compared(scope, period, since=since)
    found = {place: read_compared_by(scope, place, period, since=since) for place in Place}
    statuses = tuple((status, total.now.counts[STOCKS[status]]) for status in TicketStatus)
    tables = (
        *_category_tables(found[Place.CATEGORY], scope),
        _table(
            "department",
            _("按承办单位"),
            _("单位"),
            _department_rows(found[Place.DEPARTMENT], scope),
            _("比率后括号内是基数；基数不足 10 的，一件之差就会相差十个百分点，不宜排名。"),
        ),
        _table("grid", _("按网格"), _("网格"), _grid_rows(found[Place.GRID], scope)),
        _table("day", _("按日"), _("日期"), _days(read_days(scope), scope)),
    )
    return Summary(scope, period, total, statuses, tables)


def _table(code: str, title: str, row_title: str, rows: Iterable[Row], note: str = "") -> Table:
    columns = tuple(FIGURES[name] for name in COLUMNS[code])
    compared = "" if code == "day" else COMPARED.get(code, "opened")
    return Table(code, title, row_title, columns, tuple(rows), note, compared)


def _category_tables(found: Mapping[int, Compared], scope: Scope) -> tuple[Table, Table, Table]:
    leaves = {
        category.pk: category
        for category in Category.objects.select_related("parent").prefetch_related("dimensions")
    }
    known = {pk: leaves.get(pk) for pk in found}
    tops: dict[tuple[str, str], list[int]] = {}
    dimensions: dict[Dimension, list[int]] = {row: [] for row in Dimension.objects.all()}
    for pk, category in known.items():
        top = (category.parent or category) if category else None
        tops.setdefault((top.code, top.name) if top else ("", _("未分类")), []).append(pk)
        for dimension in category.dimensions.all() if category else ():
            dimensions[dimension].append(pk)
    names = {
        pk: (category.code, category.name) if category else ("", _("未分类"))
        for pk, category in known.items()
    }
    title = _("分类")
    return (
        _table("top_category", _("按大类"), title, _busy(_category_rows(tops, found, scope))),
        _table(
            "category",
            _("按小类"),
            title,
            _busy(_category_row(name, [pk], found, scope) for pk, name in names.items()),
        ),
        _table(
            "dimension",
            _("按七维"),
            _("维度"),
            [
                row
                for dimension, pks in dimensions.items()
                if pks
                for row in (_category_row((dimension.code, dimension.name), pks, found, scope),)
                if row.sums.has_flows
            ],
            _("一类事项可属于多个维度，各维度相加会大于合计。"),
        ),
    )


def _category_rows(
    groups: Mapping[tuple[str, str], list[int]], found: Mapping[int, Compared], scope: Scope
) -> Iterable[Row]:
    return (_category_row(name, pks, found, scope) for name, pks in groups.items())


def _category_row(
    name: tuple[str, str], pks: list[int], found: Mapping[int, Compared], scope: Scope
) -> Row:
    compared = merge_compared([found[pk] for pk in pks])
    return Row(*name, replace(scope, category_ids=frozenset(pks)), compared.now, compared)


def _busy(rows: Iterable[Row]) -> list[Row]:
    """Keep the rows in whose days something happened; what is only left from before has no line here."""
    return _ordered(row for row in rows if row.sums.has_flows)


def _ordered(rows: Iterable[Row]) -> list[Row]:
    """Order by code; what has none comes last."""
    return sorted(rows, key=lambda row: (row.key == "", row.key))


def _kept(rows: Iterable[Row]) -> list[Row]:
    """Keep the rows in whose days something happened, or that have something in hand."""
    in_hand = FIGURES[IN_HAND]
    return _ordered(row for row in rows if row.sums.has_flows or row.sums.value(in_hand))


def _department_rows(found: Mapping[int, Compared], scope: Scope) -> list[Row]:
    names = {
        row.pk: (f"{row.order:05d}-{row.pk}", row.short_name or row.name)
        for row in Department.objects.all()
    }
    return _kept(
        Row(
            *names.get(pk, ("", _("未派单"))),
            replace(scope, department_ids=frozenset({pk})),
            compared.now,
            compared,
        )
        for pk, compared in found.items()
    )


def _grid_rows(found: Mapping[int, Compared], scope: Scope) -> list[Row]:
    rows = Grid.objects.values_list("pk", "code", "village_name", "name")
    names = {pk: (code, grid_name(village, name)) for pk, code, village, name in rows}
    return _kept(
        Row(
            *names.get(pk, ("", _("未定位到网格"))),
            replace(scope, grid_ids=frozenset({pk})),
            compared.now,
            compared,
        )
        for pk, compared in found.items()
    )


def grid_name(village: str, name: str) -> str:
    """Return what a grid is called among those of other villages."""
    return name if village in name else f"{village} {name}"


def _days(found: Mapping[date, Sums], scope: Scope) -> list[Row]:
    """Return every day of the range, quiet ones included."""
    length = (scope.last - scope.first).days + 1
    days = (scope.first + timedelta(days=offset) for offset in range(length))
    return [
        Row(
            day.isoformat(),
            day.isoformat(),
            replace(scope, first=day, last=day),
            found.get(day, Sums()),
        )
        for day in days
    ]
