"""The parameters of the county's calls: days and places by their public codes."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from dispatch.models import Department
from dispatch.summary.periods import PeriodKind, custom_period, period_of
from dispatch.summary.scopes import MAX_DAYS, Scope
from reports.models import Category, Grid
from xiangcun.lib.errors import InvalidInputError

FIRST_YEAR, LAST_YEAR = 2000, 2100
_VILLAGE_DIGITS = 12
_PERIODS = [kind.value for kind in PeriodKind]


class ScopeQuery(serializers.Serializer[Any]):
    """Days (a named period, or first and last) and places; all optional."""

    period = serializers.CharField(
        required=False, max_length=10, help_text="day、week、month（默认）、quarter、year 或 custom"
    )
    date = serializers.DateField(required=False, help_text="所在的日期，默认今天")
    first = serializers.DateField(required=False, help_text="开始日期，与 last 一起给")
    last = serializers.DateField(required=False, help_text="结束日期（含），最多 366 天")
    category = serializers.CharField(
        required=False, max_length=4, help_text="事项分类编码，2 位大类或 4 位小类"
    )
    department = serializers.CharField(required=False, max_length=40, help_text="承办单位代码")
    grid = serializers.CharField(
        required=False, max_length=15, help_text="15 位网格编码或 12 位村社编码"
    )

    def validate_period(self, value: str) -> str:
        """Refuse what is no period."""
        if value not in _PERIODS:
            raise serializers.ValidationError(
                _("周期只能是 day、week、month、quarter、year、custom"), code="unknown_period"
            )
        return value


def read_query(query_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the checked parameters; 400 names the wrong ones."""
    return cast("dict[str, Any]", query_class().run_validation(request.query_params.dict()))


def read_scope(query: dict[str, Any]) -> Scope:
    """Return what to sum up."""
    first, last = read_days(query)
    return Scope(
        first=first,
        last=last,
        category_ids=category_ids(query.get("category", "")),
        department_ids=department_ids(query.get("department", "")),
        grid_ids=grid_ids(query.get("grid", "")),
    )


def read_days(query: dict[str, Any]) -> tuple[date, date]:
    """Return the first and the last day asked for; by default this month so far."""
    first, last = query.get("first"), query.get("last")
    kind = PeriodKind(query.get("period", "custom" if first or last else "month"))
    today = timezone.localdate()
    if kind is PeriodKind.CUSTOM:
        if first is None or last is None:
            raise _wrong("first", "days_missing", "请同时给出 first 和 last")
        period = custom_period(_known(first, "first"), _known(last, "last"))
    else:
        period = period_of(kind, _known(query.get("date", today), "date"), today=today)
    if period.first > period.last:
        raise _wrong("first", "days_reversed", "first 不能晚于 last")
    if (period.last - period.first).days >= MAX_DAYS:
        raise _wrong("first", "days_too_many", f"一次最多 {MAX_DAYS} 天")
    return period.first, period.last


def category_ids(code: str) -> frozenset[int] | None:
    """Return the category and what is below it."""
    if not code:
        return None
    rows = Category.objects.filter(code=code).values_list("pk", flat=True)
    below = Category.objects.filter(parent__code=code).values_list("pk", flat=True)
    return _found({*rows, *below}, "category", "没有这个事项分类")


def department_ids(code: str) -> frozenset[int] | None:
    """Return the department."""
    if not code:
        return None
    rows = Department.objects.filter(code=code).values_list("pk", flat=True)
    return _found({*rows}, "department", "没有这个承办单位")


def grid_ids(code: str) -> frozenset[int] | None:
    """Return the grid, or the grids of a village."""
    if not code:
        return None
    column = "village_code" if len(code) == _VILLAGE_DIGITS else "code"
    rows = Grid.objects.filter(**{column: code}).values_list("pk", flat=True)
    return _found({*rows}, "grid", "没有这个网格或村社")


def _found(ids: set[int], field: str, message: str) -> frozenset[int]:
    if not ids:
        raise _wrong(field, f"unknown_{field}", message)
    return frozenset(ids)


def _known(day: date, field: str) -> date:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise _wrong(field, "date_out_of_range", f"日期须在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间")
    return day


def _wrong(field: str, code: str, message: str) -> InvalidInputError:
    return InvalidInputError.of_field(field, code, message)
