"""What the summary can be narrowed to; it lives in the URL, so that a view can be passed on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import Department
from dispatch.summary.scopes import MAX_DAYS, Scope
from reports.models import Category

DEFAULT_DAYS = 30


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript at run time
    """Categories in tree order, leaves indented."""

    def label_from_instance(self, obj: Category) -> str:
        """Return the name, indented below its parent."""
        return obj.name if obj.parent_id is None else f"　{obj.name}"


class SummaryForm(forms.Form):
    """Range of days, department, category; ``departments`` bounds what this person may read."""

    first = forms.DateField(
        label=_("从"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("到"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("承办单位"), required=False, empty_label=_("全部单位")
    )
    category = CategoryField(
        Category.objects.none(), label=_("事项分类"), required=False, empty_label=_("全部分类")
    )

    def __init__(self, query: Any, *, today: date, departments: frozenset[int] | None) -> None:
        given = {name: query[name] for name in self.base_fields if query.get(name)}
        start = {
            "first": (today - timedelta(days=DEFAULT_DAYS - 1)).isoformat(),
            "last": today.isoformat(),
        }
        super().__init__({**start, **given})
        self.departments = departments
        self.start = start
        self.offered = Department.objects.all()
        if departments is not None:
            self.offered = self.offered.filter(pk__in=departments)
        for name, rows in (("department", self.offered), ("category", Category.objects.all())):
            chooser = self.fields[name]
            assert isinstance(chooser, forms.ModelChoiceField)
            chooser.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins, or is longer than a year."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("first", _("开始日期不能晚于结束日期"))
        elif first and last and (last - first).days >= MAX_DAYS:
            self.add_error("first", _("一次最多统计 366 天，请缩短日期范围"))
        return cleaned

    def scope(self) -> Scope:
        """Return what to sum up; where the input is wrong, the default stands in."""
        valid = self.is_valid()
        cleaned = self.cleaned_data
        first = cleaned["first"] if valid else date.fromisoformat(self.start["first"])
        last = cleaned["last"] if valid else date.fromisoformat(self.start["last"])
        department, category = cleaned.get("department"), cleaned.get("category")
        return Scope(
            first=first,
            last=last,
            department_ids=frozenset({department.pk}) if department else self.departments,
            category_ids=_leaves(category) if category else None,
        )

    def described(self) -> list[tuple[str, str]]:
        """Return what the figures cover, in words (name, value)."""
        scope, cleaned = self.scope(), self.cleaned_data
        mine = _("全部单位") if self.departments is None else "、".join(map(str, self.offered))
        return [
            (str(_("日期")), f"{scope.first} — {scope.last}"),
            (str(_("承办单位")), str(cleaned.get("department") or mine)),
            (str(_("事项分类")), str(cleaned.get("category") or _("全部分类"))),
        ]


def _leaves(category: Category) -> frozenset[int]:
    """A leaf is itself; a top-level category is its leaves, and itself where somebody used it."""
    return frozenset({category.pk, *category.children.values_list("pk", flat=True)})
