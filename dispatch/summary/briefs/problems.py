"""突出问题 and the starters of 工作建议: facts with their bases, nobody is blamed without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from dispatch.domain.brief_names import span_text
from dispatch.queries.brief_cases import overdue_by_department, printable_hotspots
from dispatch.summary.briefs.anonymise import anonymise
from dispatch.summary.briefs.facts import SMALL, Fact
from dispatch.summary.insights import current
from dispatch.summary.ratios import FIGURES, Sums
from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope
from reports.models import Category, Grid
from xiangcun.lib.workdays import SHANGHAI

MOST_INSIGHTS = 6
FRESH = timedelta(days=7)
"""What is found now says something about a period that ended at most so long ago."""
_REPEAT_DAYS, _REPEAT_FROM, _REPEAT_CATEGORIES, _MOST_REPEATS = 30, 3, 12, 5
_BEHIND = 0.10
_SLOWER = 1.5
_MOST_SLOW = 3
_LOW_ANSWERS = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; ``advice`` is what could be done about it, "" for nothing.

    ``bare``: the advice does not say of what it speaks.
    """

    kind: str
    text: str
    advice: str = ""
    bare: bool = False


def find_problems(
    *,
    last: date,
    departments: Mapping[int, Sums],
    total: Sums,
    names: Mapping[int, str],
    fresh: bool,
    now: datetime,
) -> list[Line]:
    """Return what stands out, in the order in which it is told."""
    found = [*insight_lines()] if fresh else []
    told = {line.kind for line in found}
    lines = [*found]
    if fresh:
        lines += [*_hotspots(found), *_overdue(now)]
    if "repeat_place" not in told:
        lines += _repeats(last)
    return [*lines, *_slow_departments(departments, total, names)]


def is_fresh(last: date, now: datetime) -> bool:
    """Whether what stands out now says something about a period that ended on ``last``."""
    return now.astimezone(SHANGHAI).date() - last <= FRESH


def insight_lines() -> list[Line]:
    """Return the living insights of the office at large as they read now, strongest first."""
    rows = current(limit=MOST_INSIGHTS, viewer=None)
    return [
        Line(row.kind, _sentence(row.text), row.advice.rstrip("。"), bare=bool(row.advice))
        for row in rows
    ]


def problems_text(lines: Sequence[Line]) -> str:
    """Return the numbered paragraphs of 突出问题."""
    if not lines:
        return _("本期没有发现需要单列的突出问题。")
    return "\n".join(f"{index}．{line.text}" for index, line in enumerate(lines, 1))


def advice_text(lines: Sequence[Line], facts: Sequence[Fact]) -> str:
    """Return the starters of 工作建议, numbered; each is for a person to think over."""
    found = [
        _("针对突出问题第 %(numbers)s 项，%(advice)s。")
        % {"numbers": "、".join(numbers), "advice": advice}
        if numbers
        else advice
        for advice, numbers in _advices(lines).items()
    ]
    rating = next((fact for fact in facts if fact.code == "rating_rate"), None)
    if rating and rating.value is not None and rating.value < _LOW_ANSWERS and not rating.small:
        found.append(
            _("评价率偏低（%s），请各承办单位办结时提醒群众评价，避免满意率失真。") % rating.text
        )
    if not found:
        return _("继续做好受理、派单、办理和回访工作。")
    return "\n".join(f"{index}．{text}" for index, text in enumerate(found[:8], 1))


def _advices(lines: Sequence[Line]) -> dict[str, list[str]]:
    """Return each advice once, with the numbers of the problems it is about unless it names them."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        if line.advice:
            found.setdefault(line.advice, []).extend([str(number)] if line.bare else [])
    return found


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _hotspots(told: Sequence[Line]) -> Iterator[Line]:
    """Yield the crowds that ``told`` says nothing of yet."""
    for row in printable_hotspots():
        what = row.category.name if row.category else _("同一事项")
        where = anonymise(row.place_name)
        if where and any(where in line.text and f"“{what}”" in line.text for line in told):
            continue
        text = _("近 7 天有 %(now)d 人反映%(where)s“%(what)s”类问题，上周 %(before)d 人") % {
            "now": row.recent_residents,
            "where": where,
            "what": what,
            "before": row.previous_residents,
        }
        rising = row.trend == "rising"
        text += _("，呈上升趋势。") if rising else "。"
        advice = _("对%(where)s“%(what)s”集中反映的问题现场核实、一并解决，并向群众说明进展。") % {
            "where": where,
            "what": what,
        }
        yield Line("hotspot", text, advice if rising else "")


def _overdue(now: datetime) -> Iterator[Line]:
    rows = overdue_by_department(now)
    if not rows:
        return
    total = sum(row.count for row in rows)
    named = "、".join(
        _("%(unit)s %(count)d 件") % {"unit": row.department or _("待派单"), "count": row.count}
        for row in rows[:8]
    )
    oldest = min(row.oldest for row in rows).astimezone(SHANGHAI)
    text = _(
        "截至取数时，在办事项中有 %(total)d 件已过期限：%(named)s；最早一件的期限是 %(day)s。"
    ) % {
        "total": total,
        "named": named,
        "day": f"{oldest.month}月{oldest.day}日",
    }
    units = "、".join(row.department for row in rows[:3] if row.department)
    advice = _("请%s对超期事项逐件说明原因、明确完成时间，确有困难的按规定申请延期或挂账。") % units
    yield Line("overdue", text, advice if units else "")


def _repeats(last: date) -> list[Line]:
    """Return places that keep coming up: one category in one grid at least three times in 30 days.

    A dozen readings of the rollups, one a category; nothing looks at tickets.
    """
    first = last - timedelta(days=_REPEAT_DAYS - 1)
    scope = Scope(first=first, last=last)
    by_category = {
        pk: sums.counts["opened"] for pk, sums in read_by(scope, Place.CATEGORY).items() if pk
    }
    largest = sorted(by_category, key=lambda pk: (-by_category[pk], pk))[:_REPEAT_CATEGORIES]
    open_ones = dict(
        Category.objects.filter(pk__in=largest, confidential=False).values_list("pk", "name")
    )
    found: list[tuple[int, int, int]] = []
    for pk in largest:
        if pk not in open_ones:
            continue
        grids = read_by(Scope(first=first, last=last, category_ids=frozenset({pk})), Place.GRID)
        found += [(sums.counts["opened"], grid, pk) for grid, sums in grids.items() if grid]
    worst = sorted((row for row in found if row[0] >= _REPEAT_FROM), reverse=True)[:_MOST_REPEATS]
    where = dict(_grid_names([grid for _count, grid, _pk in worst]))
    days = span_text(first, last)
    places = "、".join(f"{where.get(grid, '')}“{open_ones[pk]}”" for _count, grid, pk in worst[:3])
    advice = _("对反复发生的事项（%s等）查找原因，由责任单位会同村（社区）提出治本措施。") % places
    return [
        Line(
            "repeat_place",
            _("%(grid)s“%(category)s”30 天内（%(days)s）受理 %(count)d 件，反复发生。") % {
                "grid": where.get(grid, ""),
                "category": open_ones[pk],
                "days": days,
                "count": count,
            },
            "" if at else advice,
        )
        for at, (count, grid, pk) in enumerate(worst)
    ]  # fmt: skip


def _grid_names(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for pk, village, name in Grid.objects.filter(pk__in=ids).values_list(
        "pk", "village_name", "name"
    ):
        yield pk, name if village in name else f"{village}{name}"


def _slow_departments(
    departments: Mapping[int, Sums], total: Sums, names: Mapping[int, str]
) -> list[Line]:
    """Return units clearly behind the whole, each figure with its base of ten or more."""
    found: list[tuple[float, Line]] = []
    for pk, sums in departments.items():
        if pk not in names:
            continue
        found += [*_late(names[pk], sums, total), *_long(names[pk], sums, total)]
    return [line for _gap, line in sorted(found, key=lambda row: -row[0])[:_MOST_SLOW]]


def _late(name: str, sums: Sums, total: Sums) -> Iterator[tuple[float, Line]]:
    figure = FIGURES["on_time_rate"]
    base, value, whole = sums.counts[figure.over], sums.value(figure), total.value(figure)
    if base < SMALL or value is None or whole is None or whole - value < _BEHIND:
        return
    text = _("%(unit)s按期办结率 %(own).1f%%（%(part)d/%(base)d），全街道为 %(all).1f%%。") % {
        "unit": name,
        "own": value * 100,
        "part": sums.counts[figure.part],
        "base": base,
        "all": whole * 100,
    }
    advice = _("与%s一起梳理办理中耽搁的环节，需要其他单位配合的由指挥室协调。") % name
    yield whole - value, Line("slow_department", text, advice)


def _long(name: str, sums: Sums, total: Sums) -> Iterator[tuple[float, Line]]:
    figure = FIGURES["handle_hours"]
    base, value, whole = sums.counts[figure.part], sums.value(figure), total.value(figure)
    if base < SMALL or not value or not whole or value < whole * _SLOWER:
        return
    text = _(
        "%(unit)s平均办理用时 %(own).1f 小时（%(base)d 件），为全街道平均（%(all).1f 小时）的 %(times).1f 倍。"
    ) % {
        "unit": name,
        "own": value,
        "base": base,
        "all": whole,
        "times": value / whole,
    }
    yield value / whole - 1, Line("slow_department", text)


def as_data(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines as plain data."""
    return [{"kind": row.kind, "text": row.text, "advice": row.advice} for row in lines]
