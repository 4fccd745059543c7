"""Landmarks: places that people name, and where they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.list_fields import OfficeForm, WordsField
from dispatch.console.people import OfficeAdmin
from reports.models import Landmark
from xiangcun.lib.geo import out_of_china

MIN_NAME = 2


class LandmarkForm(OfficeForm):
    """Aliases as words; a point in China."""

    aliases = WordsField(
        label=gettext_lazy("别名"),
        help_text=gettext_lazy("居民平时的叫法，多个用顿号分开，每个至少两个字"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse names of one character and points that are surely swapped."""
        data = super().clean() or {}
        if any(len(name) < MIN_NAME for name in data.get("aliases") or ()):
            self.add_error("aliases", _("别名至少两个字"))
        if len(data.get("name") or "……") < MIN_NAME:
            self.add_error("name", _("名称至少两个字"))
        lat, lng = data.get("lat"), data.get("lng")
        if lat is not None and lng is not None and out_of_china(lat, lng):
            self.add_error("lat", _("位置不在中国范围内，请检查纬度和经度是否写反"))
        return data


@admin.register(Landmark)
class LandmarkAdmin(OfficeAdmin):
    form = LandmarkForm
    deletable = True
    list_display = ("name", "alias_names", "grid", "radius_m", "is_active")
    list_select_related = ("grid",)
    list_filter = ("is_active",)
    search_fields = ("name",)
    autocomplete_fields = ("grid",)
    fields = ("name", "aliases", ("lat", "lng"), "radius_m", "grid", "is_active")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        texts = {
            "lat": _("WGS-84，例如 30.310000"),
            "lng": _("WGS-84，例如 120.500000"),
            "radius_m": _("地标多大：居民在这个范围内都算在地标处"),
            "grid": _("可不填，按位置判断"),
        }
        if field is not None and db_field.name in texts:
            field.help_text = texts[db_field.name]
        return field

    @admin.display(description=gettext_lazy("别名"))
    def alias_names(self, row: Landmark) -> str:
        return "、".join(str(name) for name in row.aliases) or "—"
