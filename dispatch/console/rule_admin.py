"""What the administrator sets: categories, duties, rules, limits, words, grids, calendar."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from dispatch.console.grid_import_views import GridImportPages
from dispatch.console.list_fields import (
    OfficeForm,
    PolygonField,
    WordsField,
)
from dispatch.console.people import READS_PEOPLE, READS_RULES, SETS_RULES, OfficeAdmin
from dispatch.models import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    HandlingLimit,
    LexiconTerm,
)
from reports.models import Category, Grid

_TOP_CODE, _LEAF_CODE, _GRID_CODE = (
    re.compile(r"\d{2}"),
    re.compile(r"\d{4}"),
    re.compile(r"\d{15}"),
)


class CategoryForm(OfficeForm):
    """Keeps the two levels and their codes in step."""

    def clean(self) -> dict[str, Any]:
        """A leaf's code begins with its parent's."""
        data = super().clean() or {}
        code, parent = data.get("code", ""), data.get("parent")
        if parent is None and code and not _TOP_CODE.fullmatch(code):
            self.add_error("code", _("大类编码是 2 位数字；4 位编码请选择上级分类"))
        elif parent is not None and parent.parent_id is not None:
            self.add_error("parent", _("只有两级：上级分类必须是大类"))
        elif parent is not None and not (
            _LEAF_CODE.fullmatch(code) and code.startswith(parent.code)
        ):
            self.add_error("code", _("小类编码是 4 位数字，前两位与上级分类相同"))
        return data


@admin.register(Category)
class CategoryAdmin(OfficeAdmin):
    form = CategoryForm
    list_display = (
        "code",
        "name",
        "parent",
        "default_urgency",
        "photo_required",
        "after_photo_required",
        "confidential",
        "public_default",
        "is_active",
    )
    list_display_links = ("code", "name")
    list_filter = ("is_active", "confidential", "default_urgency", "parent")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    formfield_overrides = {ManyToManyField: {"widget": UnfoldAdminSelect2MultipleWidget}}

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.filter(parent__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class GridForm(OfficeForm):
    """Checks codes and geometry."""

    polygon = PolygonField(
        label=gettext_lazy("边界"),
        help_text=gettext_lazy("GeoJSON 的 Polygon 或 MultiPolygon，WGS-84，[经度, 纬度]"),
    )

    def clean(self) -> dict[str, Any]:
        """A grid's code begins with its village's."""
        data = super().clean() or {}
        code, village = data.get("code", ""), data.get("village_code", "")
        if code and not _GRID_CODE.fullmatch(code):
            self.add_error("code", _("网格编码是 15 位数字"))
        elif village and code[:12] != village:
            self.add_error("village_code", _("村社编码须是网格编码的前 12 位"))
        return data


@admin.register(Grid)
class GridAdmin(GridImportPages):
    readers = READS_PEOPLE
    form = GridForm
    list_display = ("code", "name", "village_name", "households", "population", "is_active")
    list_display_links = ("code", "name")
    list_filter = ("is_active", "village_name")
    search_fields = ("code", "name", "village_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grid]:
        found: QuerySet[Grid] = super().get_queryset(request)
        match = request.resolver_match
        listing = match is not None and match.url_name == "reports_grid_changelist"
        return found.defer("polygon") if listing else found


class DutyForm(OfficeForm):
    """Only leaves have duties, and the lead does not assist itself."""

    def clean(self) -> dict[str, Any]:
        """Check the pair."""
        data = super().clean() or {}
        category = data.get("category")
        if category is not None and category.parent_id is None:
            self.add_error("category", _("请选择到二级分类"))
        check_departments(self, data)
        return data


def check_departments(form: OfficeForm, data: dict[str, Any]) -> None:
    """Refuse a lead that also assists."""
    assisting = data.get("assisting")
    if assisting is not None and data.get("lead") in assisting:
        form.add_error("assisting", _("主办单位不能同时是协办单位"))


@admin.register(CategoryDuty)
class CategoryDutyAdmin(OfficeAdmin):
    form = DutyForm
    deletable = True
    list_display = ("category", "lead", "assisting_names")
    list_select_related = ("category", "lead")
    list_filter = ("lead",)
    search_fields = ("category__code", "category__name", "lead__name")
    autocomplete_fields = ("category", "lead", "assisting")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CategoryDuty]:
        found: QuerySet[CategoryDuty] = super().get_queryset(request)
        return found.prefetch_related("assisting").order_by("category__code")

    @admin.display(description=gettext_lazy("协办单位"))
    def assisting_names(self, row: CategoryDuty) -> str:
        return "、".join(department.short_name for department in row.assisting.all())


@admin.register(HandlingLimit)
class HandlingLimitAdmin(OfficeAdmin):
    deletable = True
    list_display = ("stage", "category", "grid", "urgency", "minutes", "unit")
    list_select_related = ("category", "grid")
    list_filter = ("stage", "urgency", "unit")
    search_fields = ("category__name", "category__code", "grid__name")
    autocomplete_fields = ("category", "grid")
    ordering = ("stage", "urgency", "id")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "minutes" and field is not None:
            field.min_value = 1
            field.help_text = _("1 个工作日按 480 分钟计")
            field.validators.append(_at_least_one)
        return field


def _at_least_one(value: int) -> None:
    if value < 1:
        raise ValidationError(_("时限至少 1 分钟"))


@admin.register(LexiconTerm)
class LexiconTermAdmin(OfficeAdmin):
    deletable = True
    list_display = ("term", "category", "weight", "is_active")
    list_select_related = ("category",)
    list_filter = ("is_active", "category__parent")
    search_fields = ("term", "category__name", "category__code")
    autocomplete_fields = ("category",)
    ordering = ("category__code", "term")


class DangerForm(OfficeForm):
    """Exceptions as words."""

    unless = WordsField(
        label=gettext_lazy("除非出现"),
        help_text=gettext_lazy("文中出现这些话时不算险情，多个用顿号分开"),
    )


@admin.register(DangerTerm)
class DangerTermAdmin(OfficeAdmin):
    form = DangerForm
    deletable = True
    list_display = ("term", "urgency", "hazard", "is_active")
    list_filter = ("urgency", "hazard", "is_active")
    search_fields = ("term",)
    ordering = ("urgency", "term")


@admin.register(CalendarDay)
class CalendarDayAdmin(OfficeAdmin):
    """The rows as they are stored; they change on the calendar page, where due dates follow."""

    readers = READS_RULES | SETS_RULES
    writers = frozenset()
    addable = False
    list_display = ("date", "type", "name", "source", "confirmed")
    list_filter = ("type", "confirmed")
    date_hierarchy = "date"
    search_fields = ("name", "source")
    ordering = ("-date",)
