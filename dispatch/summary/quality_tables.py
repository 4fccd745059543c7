"""The tables of the triage quality page and its workbook: the same cells for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.summary.quality import (
    FEW,
    MEASURES,
    Accuracy,
    Case,
    Selection,
    accuracy,
    groups,
    pairs,
)
from dispatch.summary.ratios import Kind
from dispatch.summary.versions import version_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_PAIRS = 30
Group = tuple[str, str]
"""Kind of group and key; both "" for everything."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure; ``selection`` are the tickets it counts (of a rate: those it rests on).

    ``interval`` is the 95 % interval of a rate, ``few`` marks a rate on few cases, ``bad`` one
    significantly below the target.
    """

    value: float | None
    kind: Kind = Kind.COUNT
    selection: Selection | None = None
    interval: tuple[float, float] | None = None
    few: bool = False
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it means, and how a group's cell comes about."""

    code: str
    name: _StrPromise
    why: _StrPromise
    make: Callable[[Sequence[Case], Group], Cell]
    interval: bool = False


@dataclass(frozen=True, slots=True)
class QualityTable:
    """Rows are (name, cells); the first row of some tables is the total."""

    code: str
    title: str
    row_title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def _count(measure: str) -> Callable[[Sequence[Case], Group], Cell]:
    def make(cases: Sequence[Case], group: Group) -> Cell:
        return Cell(_number(cases, measure), selection=Selection(measure, *group))

    return make


def _rate(part: str, over: str) -> Callable[[Sequence[Case], Group], Cell]:
    def make(cases: Sequence[Case], group: Group) -> Cell:
        total = _number(cases, over)
        value = _number(cases, part) / total if total else None
        few = 0 < total < FEW
        return Cell(value, Kind.PERCENT, Selection(part, *group), few=few)

    return make


def _number(cases: Sequence[Case], measure: str) -> int:
    return sum(map(MEASURES[measure], cases))


def accuracy_cell(found: Accuracy, group: Group, *, target: float) -> Cell:
    """Return the rate with its interval and whether it is alarmingly low."""
    return Cell(
        found.rate,
        Kind.PERCENT,
        Selection("decided", *group) if found.decided else None,
        interval=found.interval if found.decided else None,
        few=0 < found.decided < FEW,
        bad=found.misses(target),
    )


def _accuracy_column(target: float) -> Column:
    return Column(
        "accuracy",
        gettext_lazy("准确率"),
        gettext_lazy(
            "判定正确 ÷（正确 + 有误）；未定的不计入。括号里是 Wilson 95% 置信区间；判定不足 30 件的标“样本少”。"
        ),
        lambda cases, group: accuracy_cell(accuracy(cases), group, target=target),
        interval=True,
    )


_C = gettext_lazy
AUTO_COLUMNS = (
    Column(
        "opened",
        _C("立案"),
        _C("系统研判后立案的工单；并入已有工单的上报不另计。"),
        _count("opened"),
    ),
    Column("auto", _C("自动派单"), _C("系统研判后直接派出的工单。"), _count("auto")),
    Column("share", _C("自动占比"), _C("自动派单 ÷ 立案。"), _rate("auto", "opened")),
    Column(
        "right",
        _C("判定正确"),
        _C("自动派单后由承办单位办理完成，其间没有改派、改分类；退单未获支持、仍派原单位的也算。"),
        _count("right"),
    ),
    Column(
        "wrong",
        _C("判定有误"),
        _C("自动派单后改了分类，或退单后改派其他单位、不予受理、上报区级的。"),
        _count("wrong"),
    ),
    Column(
        "undecided",
        _C("未定"),
        _C("自动派单后还没有办理完成的，以及居民撤回、并入其他工单的。"),
        _count("undecided"),
    ),
)
BACK_COLUMNS = (
    Column("sent", _C("派过"), _C("曾按这个分类派单的工单，含人工派单。"), _count("sent")),
    Column("back", _C("退过"), _C("按这个分类派出后被退回的工单。"), _count("back")),
    Column("rate", _C("退单率"), _C("退过 ÷ 派过。"), _rate("back", "sent")),
    Column(
        "back_auto", _C("其中自动派单"), _C("退过的工单中由系统自动派出的。"), _count("back_auto")
    ),
)
CHOICE_COLUMNS = (
    Column(
        "chosen",
        _C("人工派单"),
        _C("系统转指挥室、已由人工派出的工单，只看第一次派单。"),
        _count("chosen"),
    ),
    Column("chosen_1", _C("选第一个"), _C("人工派单的分类就是第一候选。"), _count("chosen_1")),
    Column("chosen_2", _C("选第二个"), _C("人工派单的分类是第二候选。"), _count("chosen_2")),
    Column(
        "chosen_other",
        _C("选其他"),
        _C("两个候选都不对，人工另选了分类。"),
        _count("chosen_other"),
    ),
    Column(
        "chosen_blind", _C("无候选"), _C("系统没有给出候选，人工判断。"), _count("chosen_blind")
    ),
    Column(
        "top_1",
        _C("第一命中率"),
        _C("选第一个候选的 ÷ 人工派单。"),
        _rate("chosen_1", "chosen"),
    ),
    Column(
        "top_2",
        _C("前二命中率"),
        _C("选第一个或第二个候选的 ÷ 人工派单。"),
        _rate("chosen_top", "chosen"),
    ),
    Column("pressed", _C("用按钮"), _C("按候选按钮派出、没有改分类的。"), _count("pressed")),
)
PAIR_COLUMNS = (
    Column(
        "count",
        _C("件数"),
        _C("系统第一候选与最后一次人工派单的分类不同的工单。"),
        _count("corrected"),
    ),
    Column(
        "auto", _C("其中自动派单"), _C("其中系统曾按错的分类自动派出的。"), _count("corrected_auto")
    ),
)


def build_tables(
    cases: Sequence[Case], *, names: Mapping[str, str], target: float
) -> list[QualityTable]:
    """Return every table; ``names`` are those of categories by code."""
    named = {code: f"{name}" for code, name in names.items()} | {"": _("没有候选")}
    auto = (*AUTO_COLUMNS, _accuracy_column(target))
    by_size, versions = _by_size(cases, "of"), _by_size(cases, "by")
    spoken = {key: version_text(key) for key in versions}
    return [
        _table("week", _("按周"), _("周一日期"), auto, cases, _weeks(cases)),
        _table("of", _("按研判的分类"), _("分类"), auto, cases, by_size, named),
        _table("by", _("按模型版本"), _("模型版本"), auto, cases, versions, spoken),
        _choices(cases),
        _returns(cases, named),
        _pairs(cases, named),
    ]


def _weeks(cases: Sequence[Case]) -> dict[str, list[Case]]:
    return dict(sorted(groups(cases, "week").items(), reverse=True))


def _by_size(cases: Sequence[Case], group: str) -> dict[str, list[Case]]:
    found = groups(cases, group)
    return dict(sorted(found.items(), key=lambda row: (-len(row[1]), row[0])))


def _table(
    code: str,
    title: str,
    row_title: str,
    columns: tuple[Column, ...],
    cases: Sequence[Case],
    rows: Mapping[str, Sequence[Case]],
    names: Mapping[str, str] | None = None,
) -> QualityTable:
    """Return a table with the total first, then one row a group."""
    total = (_("合计"), tuple(column.make(cases, ("", "")) for column in columns))
    names = names or {}
    each = tuple(
        (names.get(key, key), tuple(column.make(found, (code, key)) for column in columns))
        for key, found in rows.items()
    )
    return QualityTable(code, title, row_title, "", columns, (total, *each))


def _choices(cases: Sequence[Case]) -> QualityTable:
    rows = _by_size([case for case in cases if case.place is not None], "by")
    return QualityTable(
        "choice",
        _("人工如何选用候选"),
        _("模型版本"),
        _("只看系统拿不准、转指挥室的工单：两个候选对人有多大帮助。"),
        CHOICE_COLUMNS,
        (
            (_("合计"), tuple(column.make(cases, ("", "")) for column in CHOICE_COLUMNS)),
            *(
                (
                    version_text(key),
                    tuple(column.make(found, ("by", key)) for column in CHOICE_COLUMNS),
                )
                for key, found in rows.items()
            ),
        ),
    )


def _returns(cases: Sequence[Case], names: Mapping[str, str]) -> QualityTable:
    sent, back = groups(cases, "sent_as"), groups(cases, "back_as")
    order = sorted(sent, key=lambda code: (-len(back.get(code, ())), -len(sent[code]), code))
    return QualityTable(
        "returns",
        _("退单"),
        _("分类"),
        _("按派单时的分类；一件工单在同一分类下只计一次。"),
        BACK_COLUMNS,
        tuple((names.get(code, code), _back_cells(code, sent, back)) for code in order),
    )


def _back_cells(
    code: str, sent: Mapping[str, list[Case]], back: Mapping[str, list[Case]]
) -> tuple[Cell, ...]:
    out, returned = sent[code], back.get(code, [])
    by_machine = [case for case in returned if case.auto]
    gone, came = Selection("sent", "sent_as", code), Selection("back", "back_as", code)
    return (
        Cell(len(out), selection=gone),
        Cell(len(returned), selection=came),
        Cell(len(returned) / len(out), Kind.PERCENT, came, few=len(out) < FEW),
        Cell(len(by_machine), selection=Selection("back_auto", "back_as", code)),
    )


def _pairs(cases: Sequence[Case], names: Mapping[str, str]) -> QualityTable:
    found = groups([case for case in cases if case.corrected], "pair")
    rows = []
    for first, final, _times in pairs(cases)[:MOST_PAIRS]:
        key = f"{first}-{final}"
        name = f"{names.get(first, first)} → {names.get(final, final)}"
        rows.append(
            (name, tuple(column.make(found[key], ("pair", key)) for column in PAIR_COLUMNS))
        )
    note = _("研判的分类 → 人工最后派单的分类，最多列 %d 对。") % MOST_PAIRS
    return QualityTable("pair", _("最常改的分类"), _("改动"), note, PAIR_COLUMNS, tuple(rows))
