"""What the cockpit can be narrowed to; it stands in the URL, so that a view can be passed on."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from dispatch.summary.cockpit.names import Names
from dispatch.summary.cockpit.shapes import FiltersEcho
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.periods import Period, PeriodKind, custom_period, period_of
from dispatch.summary.scopes import MAX_DAYS, Scope
from xiangcun.lib.errors import FieldError, InvalidInputError

FIELDS = ("period", "date", "first", "last", "category", "department", "grid", "dimension")
_FIRST_YEAR = 2000
_MOST_DIGITS = 18
Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """What is asked for besides days; ``None`` is everything."""

    category: int | None = None
    department: int | None = None
    grid: int | None = None
    dimension: str | None = None

    def scope(self, period: Period, sight: Sight, names: Names) -> Scope:
        """Return what to sum up: what is asked for, within what ``sight`` may see."""
        return Scope(
            first=period.first,
            last=period.last,
            category_ids=self._categories(names),
            department_ids=_within(self.department, sight.departments),
            grid_ids=_within(self.grid, sight.grids),
        )

    def _categories(self, names: Names) -> frozenset[int] | None:
        chosen = names.leaves_of(self.category) if self.category is not None else None
        if self.dimension is None:
            return chosen
        tagged = names.of_dimension[self.dimension]
        return tagged if chosen is None else chosen & tagged


@dataclass(frozen=True, slots=True)
class Filters:
    """Days and places as they were understood; ``day`` is the one asked for."""

    period: Period
    day: date
    places: Places

    def echo(self, names: Names, sight: Sight, *, today: date) -> FiltersEcho:
        """Return the filters as ids and in words."""
        period, places = self.period, self.places
        said = period.label
        if period.is_running:
            until = {"month": period.last.month, "day": period.last.day}
            said += _("（截至 %(month)d 月 %(day)d 日）") % until
        later = period.step(1, today=today)
        before, year = period.previous(), period.year_before()
        return {
            "period": str(period.kind),
            "date": self.day.isoformat(),
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "category": places.category,
            "department": places.department,
            "grid": places.grid,
            "dimension": places.dimension,
            "query": self._query(period),
            "words": " · ".join([said, *_place_words(places, names, sight)]),
            "period_words": said,
            "previous_words": _days_words(before),
            "year_words": _days_words(year),
            "comparison_note": period.comparison_note,
            "earlier": self._query(period.step(-1)),
            "later": None if later.first > today else self._query(later),
        }

    def _query(self, period: Period) -> str:
        days = (
            {"first": period.first.isoformat(), "last": period.last.isoformat()}
            if period.kind is PeriodKind.CUSTOM
            else {
                "date": period.first.isoformat() if period != self.period else self.day.isoformat()
            }
        )
        asked = {
            "category": self.places.category,
            "department": self.places.department,
            "grid": self.places.grid,
            "dimension": self.places.dimension,
        }
        chosen = {name: value for name, value in asked.items() if value is not None}
        return urlencode({"period": str(period.kind), **days, **chosen})


def read_filters(params: Params, names: Names, sight: Sight, *, today: date) -> Filters:
    """Return the filters of an address; raises ``invalid_input`` with every field that is wrong."""
    faults: list[FieldError] = []
    places = _read_places(params, names, sight, faults)
    day = _read_day(params, "date", faults) or today
    period = _read_period(params, day, faults, today=today)
    _refuse(faults)
    return Filters(period, day, places)


def read_places(params: Params, names: Names, sight: Sight) -> Places:
    """Return the places of an address alone, for what is always about today."""
    faults: list[FieldError] = []
    places = _read_places(params, names, sight, faults)
    _refuse(faults)
    return places


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        words = "；".join(fault.message for fault in faults)
        raise InvalidInputError("invalid_input", words, errors=tuple(faults))


def _read_places(params: Params, names: Names, sight: Sight, faults: list[FieldError]) -> Places:
    departments = names.departments.keys() & (
        names.departments if sight.departments is None else sight.departments
    )
    grids = names.grids.keys() if sight.grids is None else names.grids.keys() & sight.grids
    dimension = params.get("dimension", "").strip() or None
    if dimension is not None and dimension not in names.dimensions:
        faults.append(FieldError("dimension", "unknown_choice", _("没有这个维度")))
    return Places(
        category=_read_id(params, "category", names.categories.keys(), _("事项分类"), faults),
        department=_read_id(params, "department", departments, _("单位"), faults),
        grid=_read_id(params, "grid", grids, _("网格"), faults),
        dimension=dimension,
    )


def _read_id(
    params: Params, field: str, known: Container[int], word: str, faults: list[FieldError]
) -> int | None:
    text = params.get(field, "").strip()
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
    if number not in known:
        faults.append(
            FieldError(field, "unknown_choice", _("没有这个%s，或不在您的权限范围内") % word)
        )
        return None
    return number


def _read_day(params: Params, field: str, faults: list[FieldError]) -> date | None:
    text = params.get(field, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year < _FIRST_YEAR + 100:
        faults.append(FieldError(field, "invalid", _("日期格式不正确，应为 2026-11-28 这样")))
        return None
    return day


def _read_period(params: Params, day: date, faults: list[FieldError], *, today: date) -> Period:
    text = params.get("period", "").strip() or str(PeriodKind.MONTH)
    if text not in set(PeriodKind):
        faults.append(FieldError("period", "unknown_choice", _("没有这种时间范围")))
        return period_of(PeriodKind.MONTH, today, today=today)
    kind = PeriodKind(text)
    if kind is not PeriodKind.CUSTOM:
        period = period_of(kind, day, today=today)
        if period.first > today:
            faults.append(FieldError("date", "too_late", _("日期不能晚于今天")))
        return period
    first, last = (_read_day(params, name, faults) for name in ("first", "last"))
    if first is None or last is None:
        wrong = {fault.field for fault in faults}
        for name, value in (("first", first), ("last", last)):
            if value is None and name not in wrong:
                faults.append(FieldError(name, "required", _("请选择开始和结束日期")))
        return period_of(PeriodKind.MONTH, today, today=today)
    return _custom(first, last, faults, today=today)


def _custom(first: date, last: date, faults: list[FieldError], *, today: date) -> Period:
    if first > last:
        faults.append(FieldError("first", "invalid", _("开始日期不能晚于结束日期")))
    elif last - first >= timedelta(days=MAX_DAYS):
        faults.append(
            FieldError("first", "too_long", _("一次最多统计 %d 天，请缩短日期范围") % MAX_DAYS)
        )
    elif first > today:
        faults.append(FieldError("first", "too_late", _("日期不能晚于今天")))
    return custom_period(first, max(first, min(last, today)))


def _within(asked: int | None, bound: frozenset[int] | None) -> frozenset[int] | None:
    return bound if asked is None else frozenset({asked})


def _days_words(period: Period) -> str:
    return custom_period(period.first, period.last).label


def _place_words(places: Places, names: Names, sight: Sight) -> list[str]:
    own = sight.words
    unit = names.department(places.department) if places.department else ""
    grid = names.grid(places.grid) if places.grid else ""
    words = [
        unit or (_("全部单位") if sight.departments is None else own),
        names.category(places.category) if places.category else _("全部分类"),
        grid or (_("全部网格") if sight.grids is None else own),
    ]
    if places.dimension is not None:
        words.append(_("维度：%s") % names.dimensions[places.dimension])
    return words
