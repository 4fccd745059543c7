"""Form fields for columns that hold lists: typed with commas, checked against what exists."""

from __future__ import annotations

import json
import re
from typing import Any

import shapely
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

_SEPARATORS = re.compile(r"[,，、;；\s]+")
_MAX_WORD = 30
_MAX_WORDS = 200
_MAX_LNG, _MAX_LAT = 180, 90


class OfficeForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The base of the console's model forms."""


class WordsField(forms.CharField):
    """A list of words, separated by commas, 顿号 or blanks."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", gettext_lazy("多个用顿号或逗号分开，留空表示不限"))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the list as one line."""
        return "、".join(str(word) for word in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not their spelling."""
        return [*(initial or [])] != split_words(data or "")

    def clean(self, value: Any) -> list[str]:
        """Return the words, each once."""
        words = split_words(super().clean(value) or "")
        if len(words) > _MAX_WORDS:
            raise forms.ValidationError(_("最多填写 %d 个") % _MAX_WORDS)
        long = next((word for word in words if len(word) > _MAX_WORD), None)
        if long is not None:
            raise forms.ValidationError(
                _("“%(word)s”超过 %(most)d 字") % {"word": long, "most": _MAX_WORD}
            )
        return words


class PolygonField(forms.JSONField):
    """A GeoJSON Polygon or MultiPolygon in WGS-84 degrees."""

    widget = UnfoldAdminTextareaWidget
    default_error_messages = {
        "invalid": gettext_lazy("不是有效的 JSON，请粘贴 GeoJSON 的 geometry 部分")
    }

    def clean(self, value: Any) -> Any:
        """Return the geometry once it is an area on Earth that does not cross itself."""
        geometry = super().clean(value)
        if not isinstance(geometry, dict) or geometry.get("type") not in {
            "Polygon",
            "MultiPolygon",
        }:
            raise forms.ValidationError(_("边界须是 GeoJSON 的 Polygon 或 MultiPolygon"))
        try:
            shape = shapely.from_geojson(json.dumps(geometry))
        except (shapely.GEOSException, TypeError, ValueError) as error:
            raise forms.ValidationError(
                _("边界无法读取，请检查坐标是否为 [经度, 纬度] 且首尾相接")
            ) from error
        if shape.is_empty:
            raise forms.ValidationError(_("边界是空的"))
        west, south, east, north = shape.bounds
        if max(-west, east) > _MAX_LNG or max(-south, north) > _MAX_LAT:
            raise forms.ValidationError(_("坐标超出经纬度范围，请检查是否经纬度颠倒"))
        if not shape.is_valid or not shape.area:
            raise forms.ValidationError(_("边界自相交，请在制图软件里修正后再粘贴"))
        return geometry


def split_words(text: str) -> list[str]:
    """Split at separators, each word once, in order."""
    return list(dict.fromkeys(word for word in _SEPARATORS.split(text.strip()) if word))
