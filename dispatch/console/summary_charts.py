"""What the charts of the summary page draw, as plain data for ``summary.js``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict

from django.utils.translation import gettext as _

from dispatch.enums import TicketStatus
from dispatch.summary.figures import Row, Summary, Table
from dispatch.summary.ratios import FIGURES

MOST_GRIDS = 15
_PASSED_ON = frozenset({TicketStatus.MERGED, TicketStatus.WITHDRAWN, TicketStatus.ARCHIVED})


class Series(TypedDict):
    """One row of bars or one line."""

    name: str
    values: Sequence[float | None]


class Chart(TypedDict):
    """``kind`` is ``line`` or ``bar`` (horizontal); ``stack`` piles the series up.

    ``label_width`` is how many pixels the names of bars may take before they are cut off.
    """

    kind: str
    stack: bool
    title: str
    names: list[str]
    series: list[Series]
    label_width: NotRequired[int]


def build_charts(summary: Summary) -> dict[str, Chart]:
    """Return the charts by the id of the element they are drawn in; one without data is left out."""
    charts = {
        "chart-status": _statuses(summary),
        "chart-day": _from_table(summary.table("day"), ("opened", "closed"), kind="line"),
        "chart-top_category": _from_table(summary.table("top_category"), ("opened", "closed")),
        "chart-department": _departments(summary.table("department")),
        "chart-dimension": _from_table(summary.table("dimension"), ("opened", "closed")),
        "chart-grid": _from_table(summary.table("grid"), ("opened", "closed"), most=MOST_GRIDS),
    }
    return {name: chart for name, chart in charts.items() if _drawable(chart)}


def _statuses(summary: Summary) -> Chart:
    shown = [(status, count) for status, count in summary.statuses if status not in _PASSED_ON]
    series: Series = {"name": _("工单数"), "values": [count for _status, count in shown]}
    return {
        "kind": "bar",
        "stack": False,
        "title": _("工单现状"),
        "names": [str(status.label) for status, _count in shown],
        "series": [series],
    }


def _departments(table: Table) -> Chart:
    """Draw finished work on time and late, and what is in hand: three piles that add up to the load."""
    rows = [row for row in table.rows if row.key]
    late = [_value(row, "finished") - _value(row, "finished_on_time") for row in rows]
    series: list[Series] = [
        {"name": _("按期办理"), "values": [_value(row, "finished_on_time") for row in rows]},
        {"name": _("超期办理"), "values": late},
        {"name": _("在办"), "values": [_value(row, "in_hand") for row in rows]},
    ]
    names = [row.name for row in rows]
    return {"kind": "bar", "stack": True, "title": table.title, "names": names, "series": series}


def _from_table(
    table: Table, codes: Iterable[str], *, kind: str = "bar", most: int | None = None
) -> Chart:
    rows = list(table.rows)
    if most is not None:
        rows = sorted(rows, key=lambda row: _value(row, "opened"), reverse=True)[:most]
    series: list[Series] = [
        {"name": str(FIGURES[code].name), "values": [_value(row, code) for row in rows]}
        for code in codes
    ]
    return {
        "kind": kind,
        "stack": False,
        "title": table.title,
        "names": [row.name for row in rows],
        "series": series,
    }


def _value(row: Row, code: str) -> float:
    return row.sums.value(FIGURES[code]) or 0


def _drawable(chart: Chart) -> bool:
    return any(any(series["values"]) for series in chart["series"])
