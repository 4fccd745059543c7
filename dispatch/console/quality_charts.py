"""What the charts of the triage quality page draw, as plain data for ``summary.js``. Shares in percent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dispatch.console.summary_charts import Chart, Series
from dispatch.summary.quality_tables import Cell, QualityTable

MOST_BARS = 12
LABEL_WIDTH = 260
"""Pixels for the name of a bar: "from → to" is two categories long."""


def build_quality_charts(tables: list[QualityTable], *, target: float) -> dict[str, Chart]:
    """Return the charts by the id of the element they are drawn in."""
    found = {table.code: table for table in tables}
    charts = {
        "chart-week": _weeks(found["week"], target=target),
        "chart-of": _bars(found["of"], ("right", "wrong", "undecided"), stack=True, skip=1),
        "chart-choice": _bars(
            found["choice"],
            ("chosen_1", "chosen_2", "chosen_other", "chosen_blind"),
            stack=True,
            skip=1,
        ),
        "chart-returns": _bars(found["returns"], ("back",)),
        "chart-pair": _bars(found["pair"], ("count",)),
    }
    return {
        name: chart
        for name, chart in charts.items()
        if any(any(series["values"]) for series in chart["series"])
    }


def _weeks(table: QualityTable, *, target: float) -> Chart:
    """Draw share and accuracy by week, oldest first; a week without a decided case has no point."""
    rows = list(reversed(table.rows[1:]))
    places = {column.code: place for place, column in enumerate(table.columns)}
    series: list[Series] = [
        {
            "name": _(name),
            "values": [_percent(cells[places[code]]) for _name, cells in rows],
        }
        for code, name in (("share", "自动占比（%）"), ("accuracy", "准确率（%）"))
    ]
    series.append({"name": _("准确率要求（%）"), "values": [round(target * 100, 1)] * len(rows)})
    return {
        "kind": "line",
        "stack": False,
        "title": table.title,
        "names": [name for name, _cells in rows],
        "series": series,
    }


def _percent(cell: Cell) -> float | None:
    return None if cell.value is None else round(cell.value * 100, 1)


def _bars(
    table: QualityTable, codes: tuple[str, ...], *, stack: bool = False, skip: int = 0
) -> Chart:
    places = {column.code: place for place, column in enumerate(table.columns)}
    wanted = [places[code] for code in codes]
    drawn = [row for row in table.rows[skip:] if any(row[1][place].value for place in wanted)]
    rows = drawn[:MOST_BARS]
    names = {column.code: str(column.name) for column in table.columns}
    series: list[Series] = [
        {"name": names[code], "values": [cells[places[code]].value or 0 for _name, cells in rows]}
        for code in codes
    ]
    return {
        "kind": "bar",
        "stack": stack,
        "title": table.title,
        "names": [name for name, _cells in rows],
        "series": series,
        "label_width": LABEL_WIDTH,
    }
