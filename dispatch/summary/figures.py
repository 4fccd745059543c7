"""The summary: what happened in a range of days, by category, dimension, department, grid and day.

Reads tallies and names only, never tickets: ten queries, whatever the number of tickets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from dispatch.enums import TicketStatus
from dispatch.models import Department
from dispatch.summary.metrics import STOCKS
from dispatch.summary.ratios import FIGURES, Figure, Sums
from dispatch.summary.reading import Place, read_by, read_days, read_total
from dispatch.summary.scopes import Scope
from reports.models import Category, Dimension, Grid

FLOW_COLUMNS = (
    "opened",
    "closed",
    "on_time_rate",
    "answer_hours",
    "solved_rate",
    "satisfied_rate",
    "rating_rate",
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "top_category": FLOW_COLUMNS,
    "category": FLOW_COLUMNS,
    "dimension": FLOW_COLUMNS,
    "department": (
        "in_hand", "dispatched", "signed", "returned", "return_rate", "finished", "finished_on_time_rate", "rework",
        "closed", "on_time_rate", "handle_hours", "solved_rate", "satisfied_rate", "rating_rate",
    ),
    "grid": ("in_hand", *FLOW_COLUMNS),
    "day": ("opened", "dispatched", "finished", "closed", "returned", "rated"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name, its code where it has one, and the sums behind its figures."""

    key: str
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page and a sheet of the workbook."""

    code: str
    title: str
    row_title: str
    columns: tuple[Figure, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the page shows."""

    scope: Scope
    total: Sums
    statuses: tuple[tuple[TicketStatus, int], ...]
    tables: tuple[Table, ...] = field(default_factory=tuple)

    def table(self, code: str) -> Table:
        """Return the table of that code."""
        return next(table for table in self.tables if table.code == code)


def build_summary(scope: Scope) -> Summary:
    """Sum up ``scope`` from the rollups."""
    total = read_total(scope)
    statuses = tuple((status, total.counts[STOCKS[status]]) for status in TicketStatus)
    tables = (
        *_category_tables(read_by(scope, Place.CATEGORY)),
        _table(
            "department",
            _("按承办单位"),
            _("单位"),
            _named(read_by(scope, Place.DEPARTMENT), _department_names(), _("未派单")),
        ),
        _table(
            "grid",
            _("按网格"),
            _("网格"),
            _named(read_by(scope, Place.GRID), _grid_names(), _("未定位到网格")),
        ),
        _table("day", _("按日"), _("日期"), _days(read_days(scope), scope)),
    )
    return Summary(scope, total, statuses, tables)


def _table(code: str, title: str, row_title: str, rows: Iterable[Row], note: str = "") -> Table:
    return Table(
        code, title, row_title, tuple(FIGURES[name] for name in COLUMNS[code]), tuple(rows), note
    )


def _category_tables(found: Mapping[int, Sums]) -> tuple[Table, Table, Table]:
    leaves = {
        category.pk: category
        for category in Category.objects.select_related("parent").prefetch_related("dimensions")
    }
    tops: defaultdict[tuple[str, str], Sums] = defaultdict(Sums)
    dimensions: dict[int, Row] = {
        dimension.pk: Row(dimension.code, dimension.name, Sums())
        for dimension in Dimension.objects.all()
    }
    rows = []
    for pk, sums in found.items():
        category = leaves.get(pk)
        top = (category.parent or category) if category else None
        tops[(top.code, top.name) if top else ("", _("未分类"))].merge(sums)
        rows.append(
            Row(category.code if category else "", category.name if category else _("未分类"), sums)
        )
        for dimension in category.dimensions.all() if category else ():
            dimensions[dimension.pk].sums.merge(sums)
    title = _("分类")
    return (
        _table(
            "top_category",
            _("按大类"),
            title,
            _shown(Row(code, name, sums) for (code, name), sums in tops.items()),
        ),
        _table("category", _("按小类"), title, _shown(rows)),
        _table(
            "dimension",
            _("按七维"),
            _("维度"),
            dimensions.values(),
            _("一类事项可属于多个维度，各维度相加会大于合计。"),
        ),
    )


def _shown(rows: Iterable[Row]) -> list[Row]:
    """Leave out empty rows; order by code, what has none comes last."""
    return sorted((row for row in rows if row.sums), key=lambda row: (row.key == "", row.key))


def _named(
    found: Mapping[int, Sums], names: Mapping[int, tuple[str, str]], nameless: str
) -> list[Row]:
    rows = [Row(*names.get(pk, ("", nameless)), sums) for pk, sums in found.items()]
    return _shown(rows)


def _department_names() -> dict[int, tuple[str, str]]:
    return {
        row.pk: (f"{row.order:05d}-{row.pk}", row.short_name or row.name)
        for row in Department.objects.all()
    }


def _grid_names() -> dict[int, tuple[str, str]]:
    rows = Grid.objects.values_list("pk", "code", "village_name", "name")
    return {
        pk: (code, name if village in name else f"{village} {name}")
        for pk, code, village, name in rows
    }


def _days(found: Mapping[date, Sums], scope: Scope) -> list[Row]:
    """Return every day of the range, quiet ones included."""
    length = (scope.last - scope.first).days + 1
    days = (scope.first + timedelta(days=offset) for offset in range(length))
    return [Row(day.isoformat(), day.isoformat(), found.get(day, Sums())) for day in days]
