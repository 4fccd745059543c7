"""Charts as PNG: one look for Word and PDF, Okabe and Ito's colours, a pattern or mark for each series.

No pyplot: it keeps state between drawings. The bytes depend on the data and the typeface alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from xiangcun.lib import pdf

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
HATCHES, MARKERS, DASHES = ("", "///", "...", "xxx"), ("o", "s", "^", "D"), ("-", "--", ":", "-.")
DPI = 200
WIDTH_INCH = 6.1
_LINE_HEIGHT, _FRAME, _BARS = 2.0, 0.75, (0.16, 0.23)
_NAME_MAX = 12
_TICKS = 12


def draw_chart(chart: Mapping[str, Any], *, font_file: Path) -> bytes:
    """Return the PNG of one chart, 6.1 inches wide."""
    font = FontProperties(fname=str(font_file), size=8)
    bar = _BARS[len(chart["series"]) > 1] * len(chart["names"])
    height = _LINE_HEIGHT if chart["kind"] == "line" else max(1.4, _FRAME + bar)
    figure = Figure(figsize=(WIDTH_INCH, height), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = [_plain(name) for name in chart["names"]]
    if chart["kind"] == "line":
        _lines(axes, names, chart["series"])
    else:
        _bars(axes, names, chart["series"], font)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font)
    title = FontProperties(fname=str(font_file), size=10)
    axes.set_title(_plain(chart["title"], 40), fontproperties=title, loc="left")
    if len(chart["series"]) > 1:
        axes.legend(prop=font, frameon=False, loc="best")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    target = BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def _lines(axes: Axes, names: Sequence[str], series: Sequence[Mapping[str, Any]]) -> None:
    places = range(len(names))
    for index, row in enumerate(series):
        axes.plot(
            places,
            row["values"],
            color=COLOURS[index % len(COLOURS)],
            marker=MARKERS[index % len(MARKERS)],
            linestyle=DASHES[index % len(DASHES)],
            markersize=4,
            linewidth=1.6,
            label=_plain(row["name"]),
        )
    step = max(1, -(-len(names) // _TICKS))
    axes.set_xticks(list(places)[::step], list(names)[::step])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)


def _bars(
    axes: Axes, names: Sequence[str], series: Sequence[Mapping[str, Any]], font: FontProperties
) -> None:
    count = len(series)
    thick = 0.8 / count
    for index, row in enumerate(series):
        places = [at + (index - (count - 1) / 2) * thick for at in range(len(names))]
        bars = axes.barh(
            places,
            row["values"],
            height=thick * 0.9,
            color=COLOURS[index % len(COLOURS)],
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor="white",
            label=_plain(row["name"]),
        )
        texts = [f"{value:,.0f}" for value in row["values"]]
        axes.bar_label(bars, texts, padding=3, fontproperties=font)
    axes.set_yticks(range(len(names)), list(names))
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.08)


def _plain(name: str, most: int = _NAME_MAX) -> str:
    """Return a label that the typeface can draw, without the signs of formulas, not too long."""
    text = pdf.drawable(name.replace("\n", " "), missing=set()).replace("$", "＄")
    return text if len(text) <= most else f"{text[: most - 1]}…"
