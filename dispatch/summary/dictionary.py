"""The dictionary of figures as people read it: on the page, in the workbook, in ``docs/metrics.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from dispatch.summary.behind import OVER, measure_of
from dispatch.summary.definitions import Booked
from dispatch.summary.kinds import Figure, Group
from dispatch.summary.metrics import METRICS
from dispatch.summary.ratios import FIGURES, SMALL_BASE

_BOOKED = {
    Booked.HERE: "发生当日、办理后的分类和单位",
    Booked.PLACE_BEFORE: "发生当日、办理前的分类和单位",
    Booked.DISPATCH: "派单当日、派单时的分类和单位",
}
_NOT_MEASURED = "—"


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of the dictionary, every part as text."""

    group: str
    code: str
    name: str
    formula: str
    part: str
    over: str
    booked: str
    note: str
    unit: str
    direction: str
    decimals: int


def entries() -> Iterator[Entry]:
    """Yield every figure, under its heading in the order of the headings."""
    order = list(Group)
    for figure in sorted(FIGURES.values(), key=lambda figure: order.index(figure.group)):
        yield _entry(figure)


def _entry(figure: Figure) -> Entry:
    return Entry(
        group=str(figure.group.words),
        code=figure.code,
        name=str(figure.name),
        formula=str(figure.formula),
        part=_measures(figure),
        over=_name(measure_of(figure, OVER)) if figure.over else _NOT_MEASURED,
        booked=_booked(figure),
        note=str(figure.note) or _NOT_MEASURED,
        unit=str(figure.unit),
        direction=str(figure.direction.words),
        decimals=figure.decimals,
    )


def _measures(figure: Figure) -> str:
    if figure.stocks:
        return "、".join(f"`{code}`" for code in figure.stocks)
    return _name(figure.part)


def _name(code: str) -> str:
    metric = METRICS.get(code)
    return f"{metric.name} `{code}`" if metric else f"`{code}`"


def _booked(figure: Figure) -> str:
    if figure.stocks:
        return "结束日期当日终了，当时的分类和单位"
    if figure.part == "opened":
        return "上报当日、现在的分类和单位"
    metric = METRICS.get(figure.part)
    return _BOOKED[metric.booked] if metric else _NOT_MEASURED


_HEAD = f"""# 指标说明

本页由 `manage.py metrics_table` 从代码（`dispatch/summary/metrics.py`、`computed.py`）打印，测试保证两者一致；不要手改。

- **一个数只有一个口径**：页面、驾驶舱、简报、导出的同名指标都从这里取，“?” 里的说明也是这里的文字。
- **比率**没有分母时是“—”，不是 0。分母（基数）不足 {SMALL_BASE} 的标“基数小”：一件之差就会相差十个百分点，不宜排名。
- **满意率、解决率**须与评价率一起看：没有评价的不算满意，也不算不满意。
- **环比**：与上一个日、周（星期一起）、月、季、年比；本期还没结束的，与上期相同天数比。**同比**：与去年同期比，周与 52 周前比。
  比率的变化用百分点。系统当时还没有运行的，写“无数据”，不折算。
- **追溯**：每个数都可以点开，看到它数的每一条流转记录或每一件工单；比率可分别点开分子和分母。
- **两个时钟**：居民时钟从上报起，从不停表；单位时钟扣除挂账，按工单自己的计时方式。
- 拆分出的子工单是主工单的一部分，不另计。
"""
_COLUMNS = (
    "指标",
    "代码",
    "算法",
    "分子（或所数）",
    "分母",
    "记在哪天、哪里",
    "说明与不计",
    "单位",
    "好坏",
    "小数",
)


def document() -> str:
    """Return the dictionary as Markdown, for ``docs/metrics.md``."""
    parts = [_HEAD]
    for group, rows in groupby(entries(), key=lambda entry: entry.group):
        lines = [f"| {' | '.join(_COLUMNS)} |", "|" + "---|" * len(_COLUMNS)]
        lines += [_line(row) for row in rows]
        parts.append(f"## {group}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(row: Entry) -> str:
    cells = (row.name, f"`{row.code}`", row.formula, row.part, row.over, row.booked, row.note, row.unit, row.direction, row.decimals)  # fmt: skip
    return "| " + " | ".join(str(cell).replace("|", "／") for cell in cells) + " |"
