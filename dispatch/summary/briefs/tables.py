"""The tables of a brief as plain data: by category, department, village, dimension, and by day.

All rows are kept; what a document prints of a long table is ``cut`` rows and one row for the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from dispatch.models import Department
from dispatch.summary.briefs.facts import base_text, is_small
from dispatch.summary.briefs.spans import Span
from dispatch.summary.ratios import FIGURES, Figure, Sums, show
from dispatch.summary.reading import Place, read_by, read_days
from dispatch.summary.scopes import Scope
from reports.models import Category, Dimension, Grid

CUT = 20
SMALL_MARK = "*"
_FLOWS = ("opened", "closed", "on_time_rate", "satisfied_rate", "rating_rate")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "top_category": _FLOWS,
    "category": _FLOWS,
    "dimension": _FLOWS,
    "village": ("in_hand", *_FLOWS),
    "department": (
        "in_hand",
        "dispatched",
        "closed",
        "on_time_rate",
        "handle_hours",
        "return_rate",
    ),
}
Sized = dict[tuple[str, str], Sums]
"""(sort key, name) → sums."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The sums of the period and of the one before, by id of each place."""

    now: Mapping[Place, Mapping[int, Sums]]
    before: Mapping[Place, Mapping[int, Sums]]


def read_counted(span: Span, *, with_before: bool) -> Counted:
    """Read everything the tables need: three readings, six with the period before."""
    return Counted(_read(span), _read(span.previous()) if with_before else {})


def build_tables(
    counted: Counted, total: Sums, before: Sums | None, span: Span
) -> list[dict[str, Any]]:
    """Return the tables; each is a dict that JSON takes as it is."""
    tops, leaves, dimensions = _categories()
    departments = {
        row.pk: (f"{row.order:05d}", row.short_name or row.name) for row in Department.objects.all()
    }
    villages = {
        pk: (code, name)
        for pk, code, name in Grid.objects.values_list("pk", "village_code", "village_name")
    }
    make = _Maker(counted, total, before)
    return [
        make.table("top_category", _("按大类"), _("大类"), Place.CATEGORY, _one(tops, _("未分类"))),
        make.table("category", _("按小类"), _("小类"), Place.CATEGORY, _one(leaves, _("未分类"))),
        make.table("department", _("按承办单位"), _("单位"), Place.DEPARTMENT, _one(departments, _("未派单"))),
        make.table("village", _("按村（社区）"), _("村（社区）"), Place.GRID, _one(villages, _("未定位"))),
        make.table(
            "dimension", _("按七维"), _("维度"), Place.CATEGORY, lambda pk: dimensions.get(pk, []),
            note=_("一类事项可属于多个维度，各维度相加大于合计。"), summed=False,
        ),
        *([_day_table(span)] if span.days > 1 else []),
    ]  # fmt: skip


class _Maker:
    """Turns sums by place into the rows of one table after another."""

    def __init__(self, counted: Counted, total: Sums, before: Sums | None) -> None:
        self.counted, self.total, self.before = counted, total, before

    def table(
        self,
        code: str,
        title: str,
        row_title: str,
        place: Place,
        names: Callable[[int], Iterable[tuple[str, str]]],
        *,
        note: str = "",
        summed: bool = True,
    ) -> dict[str, Any]:
        what = _counted(code)
        figures = [FIGURES[name] for name in COLUMNS[code] if name in FIGURES]
        at = COLUMNS[code].index(what) + 1
        old = _grouped(self.counted.before.get(place, {}), names)
        rows = sorted(
            (
                (key, sums)
                for key, sums in _grouped(self.counted.now.get(place, {}), names).items()
                if any(sums.value(figure) for figure in figures)
                or old.get(key, Sums()).counts[what]
            ),
            key=lambda pair: (-pair[1].counts[what], pair[0]),
        )

        def row(name: str, sums: Sums, before: Sums) -> dict[str, Any]:
            cells = [_cell(figure, sums) for figure in figures]
            if self.before is not None:
                change = sums.counts[what] - before.counts[what]
                cells.insert(at, {"value": None, "text": _change(change), "base": ""})
            return {"name": name, "cells": cells}

        columns = [_column(figure) for figure in figures]
        if self.before is not None:
            columns.insert(at, {"code": "change", "name": _("增减"), "kind": "text"})
        cut = CUT if len(rows) > CUT + 1 else len(rows)  # a row for the rest of one saves nothing
        left, left_old = (
            _merged(found.get(key, Sums()) for key, _sums in rows[cut:])
            for found in (dict(rows), old)
        )
        name = _("其余 %d 项") % len(rows[cut:])
        return {
            "code": code, "title": title, "row_title": row_title, "columns": columns,
            "rows": [row(key[1], sums, old.get(key, Sums())) for key, sums in rows],
            "rest": row(name, left, left_old) if rows[cut:] else None,
            "total": row(_("合计"), self.total, self.before or Sums()) if summed and rows else None,
            "cut": cut, "note": note,
        }  # fmt: skip


def _counted(code: str) -> str:
    """Return what a table is ordered and compared by: what came in, or what a unit was given."""
    return "dispatched" if code == "department" else "opened"


def _change(count: int) -> str:
    return f"{count:+,d}".replace("-", "−") if count else "0"


def _merged(rows: Iterable[Sums]) -> Sums:
    merged = Sums()
    for sums in rows:
        merged.merge(sums)
    return merged


def _column(figure: Figure) -> dict[str, str]:
    return {"code": figure.code, "name": str(figure.name), "kind": str(figure.kind)}


def _cell(figure: Figure, sums: Sums) -> dict[str, Any]:
    value = sums.value(figure)
    mark = SMALL_MARK if value is not None and is_small(figure, sums) else ""
    return {
        "value": None if value is None else round(value, 6),
        "text": show(figure, value) + mark,
        "base": base_text(figure, sums),
    }


def _grouped(found: Mapping[int, Sums], names: Callable[[int], Iterable[tuple[str, str]]]) -> Sized:
    grouped: defaultdict[tuple[str, str], Sums] = defaultdict(Sums)
    for pk, sums in found.items():
        for key in names(pk):
            grouped[key].merge(sums)
    return grouped


def _one(
    names: Mapping[int, tuple[str, str]], nameless: str
) -> Callable[[int], list[tuple[str, str]]]:
    return lambda pk: [names.get(pk, ("~", nameless))]


def _categories() -> tuple[
    dict[int, tuple[str, str]], dict[int, tuple[str, str]], dict[int, list[tuple[str, str]]]
]:
    """Return top categories, leaves and dimensions by the leaf's id."""
    tops, leaves, dimensions = {}, {}, {}
    rows = Category.objects.select_related("parent").prefetch_related("dimensions")
    order = {
        pk: f"{at:03d}" for at, pk in enumerate(Dimension.objects.values_list("pk", flat=True))
    }
    for row in rows:
        top = row.parent or row
        tops[row.pk] = (top.code, top.name)
        leaves[row.pk] = (row.code, row.name)
        dimensions[row.pk] = [(order[part.pk], part.name) for part in row.dimensions.all()]
    return tops, leaves, dimensions


def _day_table(span: Span) -> dict[str, Any]:
    figures = [FIGURES[name] for name in ("opened", "dispatched", "closed")]
    found = read_days(Scope(first=span.first, last=span.last))
    days = [span.first + timedelta(days=offset) for offset in range(span.days)]
    rows = [
        {
            "name": f"{day:%m-%d}",
            "cells": [_cell(figure, found.get(day, Sums())) for figure in figures],
        }
        for day in days
    ]
    return {
        "code": "day", "title": _("按日"), "row_title": _("日期"), "rows": rows, "rest": None,
        "columns": [_column(figure) for figure in figures],
        "total": None, "cut": len(rows), "note": "",
    }  # fmt: skip


def _read(span: Span) -> dict[Place, Mapping[int, Sums]]:
    scope = Scope(first=span.first, last=span.last)
    return {place: read_by(scope, place) for place in Place}
