"""What the summary can be narrowed to; it lives in the URL, so that a view can be passed on."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import Department
from dispatch.summary.figures import grid_name
from dispatch.summary.periods import KIND_NAMES, Period, PeriodKind, custom_period, period_of
from dispatch.summary.scopes import MAX_DAYS, Scope
from reports.models import Category, Dimension, Grid

DEFAULT_DAYS = 30
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""No office has figures of other years, and the calendar has no days beyond its ends to compare with."""
_DATE = {"type": "date", "min": f"{FIRST_YEAR}-01-01", "max": f"{LAST_YEAR}-12-31"}


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Categories in tree order, leaves indented."""

    def label_from_instance(self, obj: Category) -> str:
        """Return the name, indented below its parent."""
        return obj.name if obj.parent_id is None else f"　{obj.name}"


class GridField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Grids with the name of their village."""

    def label_from_instance(self, obj: Grid) -> str:
        """Return the name that tells it from the other villages' grids."""
        return grid_name(obj.village_name, obj.name)


class DayField(forms.DateField):
    """A day that an office may have figures of."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(_DATE, format="%Y-%m-%d")
        super().__init__(label=label, widget=widget, required=False)

    def clean(self, value: Any) -> Any:
        """Refuse days outside the years of the system."""
        day = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("请填 2000 年至 2099 年之间的日期"))
        return day


class SummaryForm(forms.Form):
    """Period, dimension, category, department, grid; ``departments`` bounds what this person may read.

    An address of old names days only (``first``, ``last``): it stays a range of days of its own.
    """

    period = forms.ChoiceField(label=_("统计周期"), choices=list(KIND_NAMES.items()))
    date = DayField(_("日期"))
    first = DayField(_("从"))
    last = DayField(_("到"))
    dimension = forms.ModelChoiceField(
        Dimension.objects.none(),
        label=_("维度"),
        required=False,
        empty_label=_("全部维度"),
        to_field_name="code",
    )
    category = CategoryField(
        Category.objects.none(), label=_("事项分类"), required=False, empty_label=_("全部分类")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("承办单位"), required=False, empty_label=_("全部单位")
    )
    grid = GridField(
        Grid.objects.none(), label=_("网格"), required=False, empty_label=_("全部网格")
    )

    def __init__(self, query: Any, *, today: dt.date, departments: frozenset[int] | None) -> None:
        given = {
            name: query[name].replace("\0", "") for name in self.base_fields if query.get(name)
        }
        old = "period" not in given and bool({"first", "last"} & given.keys())
        start = {
            "period": str(PeriodKind.CUSTOM if old else PeriodKind.MONTH),
            "date": today.isoformat(),
            "first": (today - dt.timedelta(days=DEFAULT_DAYS - 1)).isoformat(),
            "last": today.isoformat(),
        }
        super().__init__({**start, **given})
        self.departments = departments
        self.today = today
        self.offered = Department.objects.all()
        if departments is not None:
            self.offered = self.offered.filter(pk__in=departments)
        self._offer("department", self.offered)
        self._offer("category", Category.objects.all())
        self._offer("dimension", Dimension.objects.all())
        self._offer("grid", Grid.objects.defer("polygon"))

    def _offer(self, name: str, rows: Any) -> None:
        chooser = self.fields[name]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins, or is longer than a year."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if cleaned.get("period") != PeriodKind.CUSTOM or not (first and last):
            return cleaned
        if first > last:
            self.add_error("first", _("开始日期不能晚于结束日期"))
        elif (last - first).days >= MAX_DAYS:
            self.add_error("first", _("一次最多统计 366 天，请缩短日期范围"))
        return cleaned

    def chosen(self) -> Period:
        """Return the days to sum up; where the input is wrong, this month stands in."""
        if not self.is_valid():
            return period_of(PeriodKind.MONTH, self.today, today=self.today)
        cleaned = self.cleaned_data
        kind = PeriodKind(cleaned["period"])
        if kind is PeriodKind.CUSTOM:
            return custom_period(cleaned["first"], cleaned["last"])
        return period_of(kind, cleaned["date"], today=self.today)

    def scope(self) -> Scope:
        """Return what to sum up."""
        period = self.chosen()
        department, grid = (self.cleaned_data.get(name) for name in ("department", "grid"))
        return Scope(
            first=period.first,
            last=period.last,
            category_ids=self._categories(),
            department_ids=frozenset({department.pk}) if department else self.departments,
            grid_ids=frozenset({grid.pk}) if grid else None,
        )

    def _categories(self) -> frozenset[int] | None:
        category, dimension = (self.cleaned_data.get(name) for name in ("category", "dimension"))
        chosen = leaves_of(category) if category else None
        if dimension is None:
            return chosen
        tagged = frozenset(dimension.categories.values_list("pk", flat=True))
        return tagged if chosen is None else tagged & chosen

    def query(self, period: Period | None = None) -> str:
        """Return the address's query as it was understood, of another ``period`` where one is given."""
        period = period or self.chosen()
        values = {"period": str(period.kind)}
        if period.kind is PeriodKind.CUSTOM:
            values |= {"first": period.first.isoformat(), "last": period.last.isoformat()}
        else:
            values["date"] = period.first.isoformat()
        for name in ("dimension", "category", "department", "grid"):
            row = self.cleaned_data.get(name)
            if row is not None:
                values[name] = str(row.code if name == "dimension" else row.pk)
        return urlencode(values)

    def steps(self) -> dict[str, str]:
        """Return the queries of the period before and of the next ("" where there is none to show)."""
        period = self.chosen()
        found = {}
        for name, by in (("previous", -1), ("next", 1)):
            step = period.step(by, today=self.today)
            known = step.first.year >= FIRST_YEAR and step.first <= self.today
            found[name] = self.query(step) if known else ""
        return found

    def described(self) -> list[tuple[str, str]]:
        """Return what the figures cover, in words (name, value)."""
        period = self.chosen()
        days = period.label
        if period.is_running:
            days = f"{days}，{_('截至')}{period.last.month}月{period.last.day}日"
        mine = _("全部单位") if self.departments is None else "、".join(map(str, self.offered))
        chosen = self.cleaned_data
        grid = chosen.get("grid")
        return [
            (str(_("日期")), days),
            (str(_("维度")), str(chosen.get("dimension") or _("全部维度"))),
            (str(_("事项分类")), str(chosen.get("category") or _("全部分类"))),
            (str(_("承办单位")), str(chosen.get("department") or mine)),
            (
                str(_("网格")),
                grid_name(grid.village_name, grid.name) if grid else str(_("全部网格")),
            ),
        ]


def leaves_of(category: Category) -> frozenset[int]:
    """A leaf is itself; a top-level category is its leaves, and itself where somebody used it."""
    return frozenset({category.pk, *category.children.values_list("pk", flat=True)})
