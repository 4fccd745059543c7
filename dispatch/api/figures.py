"""Figures for the county: dictionary, summary and trend, all of them read from the rollups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dispatch.api import schemas
from dispatch.api.base import CountyView, answer
from dispatch.api.narrowing import ScopeQuery, read_query, read_scope
from dispatch.enums import ApiScope
from dispatch.models import Department
from dispatch.summary.ratios import FIGURES, Figure, Kind, Sums
from dispatch.summary.reading import Place, read_by, read_days, read_total
from dispatch.summary.scopes import Scope
from reports.models import Category, Dimension, Grid
from xiangcun.lib.errors import InvalidInputError

SMALL_BASE = 10
DECIMALS = 4
Line = tuple[str, str, Sums]


class _FiguresQuery(ScopeQuery):
    figures = serializers.CharField(
        required=False, max_length=2000, help_text="指标代码，逗号分隔；默认全部"
    )


class SummaryQuery(_FiguresQuery):
    """``GET /summary``."""

    by = serializers.CharField(
        required=False,
        max_length=10,
        help_text="category（默认）、department、grid、village 或 dimension",
    )


class TrendQuery(_FiguresQuery):
    """``GET /trend``."""


class MetricsView(CountyView):
    """The dictionary."""

    needs = ApiScope.SUMMARY

    @extend_schema(
        operation_id="county_metrics",
        summary="指标字典：每个数字的名称和定义",
        tags=schemas.TAGS,
        responses=schemas.responses(schemas.MetricsShape),
    )
    def get(self, request: Request) -> Response:
        """Return every figure's definition."""
        items = [
            {
                "code": figure.code,
                "name": str(figure.name),
                "kind": str(figure.kind),
                "explanation": str(figure.explanation),
            }
            for figure in FIGURES.values()
        ]
        return answer(request, {"items": items})


class SummaryView(CountyView):
    """Figures of a range of days."""

    needs = ApiScope.SUMMARY

    @extend_schema(
        operation_id="county_summary",
        summary="汇总：总数，以及按分类、单位、网格、村社或维度",
        tags=schemas.TAGS,
        parameters=[SummaryQuery],
        responses=schemas.responses(schemas.SummaryShape),
    )
    def get(self, request: Request) -> Response:
        """Sum up."""
        query = read_query(SummaryQuery, request)
        by = query.get("by", "category")
        if by not in _LINES:
            message = f"只能是 {'、'.join(_LINES)}"
            raise InvalidInputError.of_field("by", "unknown_breakdown", message)
        figures, scope = _figures(query), read_scope(query)
        rows = [
            {"code": code, "name": name, "figures": _values(figures, sums)}
            for code, name, sums in _LINES[by](scope)
            if sums
        ]
        data = {
            "first": scope.first.isoformat(),
            "last": scope.last.isoformat(),
            "by": by,
            "total": _values(figures, read_total(scope)),
            "rows": rows,
        }
        return answer(request, data)


class TrendView(CountyView):
    """Day by day."""

    needs = ApiScope.SUMMARY

    @extend_schema(
        operation_id="county_trend",
        summary="逐日趋势",
        tags=schemas.TAGS,
        parameters=[TrendQuery],
        responses=schemas.responses(schemas.TrendShape),
    )
    def get(self, request: Request) -> Response:
        """Return every day's flows; stocks have no day of their own."""
        query = read_query(TrendQuery, request)
        figures, scope = _figures(query), read_scope(query)
        found = read_days(scope)
        length = (scope.last - scope.first).days + 1
        days = [
            {"date": day.isoformat(), "figures": _values(figures, found.get(day) or Sums())}
            for day in (scope.first + timedelta(days=number) for number in range(length))
        ]
        data = {"first": scope.first.isoformat(), "last": scope.last.isoformat(), "days": days}
        return answer(request, data)


def _figures(query: Mapping[str, Any]) -> list[Figure]:
    wanted = [code.strip() for code in query.get("figures", "").split(",") if code.strip()]
    unknown = [code for code in wanted if code not in FIGURES]
    if unknown:
        message = f"没有这个指标：{unknown[0][:40]}"
        raise InvalidInputError.of_field("figures", "unknown_figure", message)
    return [FIGURES[code] for code in wanted] or list(FIGURES.values())


def _values(figures: Iterable[Figure], sums: Sums) -> list[dict[str, Any]]:
    found = []
    for figure in figures:
        value = sums.value(figure)
        base = None if figure.kind is Kind.COUNT else sums.counts[figure.over or figure.part]
        found.append(
            {
                "code": figure.code,
                "value": value if value is None else round(value, DECIMALS),
                "base": base,
                "small": base is not None and base < SMALL_BASE,
            }
        )
    return found


def _by_category(scope: Scope) -> list[Line]:
    return _named(read_by(scope, Place.CATEGORY), Category.objects.all(), "未分类")


def _by_department(scope: Scope) -> list[Line]:
    return _named(read_by(scope, Place.DEPARTMENT), Department.objects.all(), "未派单")


def _by_grid(scope: Scope) -> list[Line]:
    return _named(read_by(scope, Place.GRID), Grid.objects.only("code", "name"), "网格外")


def _by_village(scope: Scope) -> list[Line]:
    places = {row.pk: row for row in Grid.objects.only("village_code", "village_name")}
    names = {row.village_code: row.village_name for row in places.values()}
    merged: defaultdict[str, Sums] = defaultdict(Sums)
    for grid_id, sums in read_by(scope, Place.GRID).items():
        merged[places[grid_id].village_code if grid_id in places else ""].merge(sums)
    return [(code, names.get(code, "网格外"), sums) for code, sums in sorted(merged.items())]


def _by_dimension(scope: Scope) -> list[Line]:
    """A category with two dimensions counts in both: the lines do not add up to the total."""
    sums = read_by(scope, Place.CATEGORY)
    found = []
    for dimension in Dimension.objects.prefetch_related("categories"):
        merged = Sums()
        for category in dimension.categories.all():
            if category.pk in sums:
                merged.merge(sums[category.pk])
        found.append((str(dimension.code), dimension.name, merged))
    return found


def _named(found: Mapping[int, Sums], rows: Iterable[Any], none: str) -> list[Line]:
    names = {row.pk: (row.code, row.name) for row in rows}
    lines = [(*names.get(pk, ("", none)), sums) for pk, sums in found.items()]
    return sorted(lines, key=lambda line: line[0])


_LINES: Mapping[str, Callable[[Scope], list[Line]]] = {
    "category": _by_category,
    "department": _by_department,
    "grid": _by_grid,
    "village": _by_village,
    "dimension": _by_dimension,
}
