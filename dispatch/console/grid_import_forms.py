"""The form of a map upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.gridfiles.checking import ReadOptions
from reports.domain.gridfiles.reading import MAX_BYTES
from reports.domain.gridfiles.systems import AUTO
from xiangcun.lib.geo import CoordType

_SYSTEMS = (
    (AUTO, _("自动判断（与现有辖区比对）")),
    (CoordType.WGS84, _("WGS-84 或 CGCS2000（天地图、自然资源部门的数据）")),
    (CoordType.GCJ02, _("GCJ-02（高德、腾讯地图）")),
    (CoordType.BD09, _("BD-09（百度地图）")),
)
_MODES = (
    ("merge", _("合并：只新增和修改文件里有的网格，其余不动")),
    ("replace", _("整体替换：文件里没有的网格停用（不删除，工单仍可查）")),
)
_COLUMN_LENGTH = 40


class GridImportForm(forms.Form):
    """A file and how to read it."""

    file = forms.FileField(
        label=_("GeoJSON 文件"),
        help_text=_("不超过 10 MB、5000 个要素。面是网格，点是地标；不会立即生效，先预览再确认"),
        error_messages={
            "required": _("请选择 GeoJSON 文件"),
            "empty": _("文件是空的，请重新导出"),
        },
        widget=forms.FileInput(attrs={"accept": ".geojson,.json", "class": "xc-input"}),
    )
    coord_type = forms.ChoiceField(
        label=_("坐标系"), choices=_SYSTEMS, initial=AUTO, widget=forms.RadioSelect
    )
    mode = forms.ChoiceField(
        label=_("导入方式"), choices=_MODES, initial="merge", widget=forms.RadioSelect
    )
    code = forms.CharField(label=_("网格编码所在列"), required=False, max_length=_COLUMN_LENGTH)
    name = forms.CharField(label=_("网格名称所在列"), required=False, max_length=_COLUMN_LENGTH)
    village_name = forms.CharField(
        label=_("村社名称所在列"), required=False, max_length=_COLUMN_LENGTH
    )
    COLUMNS = ("code", "name", "village_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.COLUMNS:
            self.fields[name].widget.attrs["class"] = "xc-input"

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            size = file.size / 1024 / 1024
            raise forms.ValidationError(
                _("文件 %.1f MB，超过 10 MB，请简化边界或分村导入") % size, code="file_too_large"
            )
        return file

    def options(self) -> ReadOptions:
        """Return how the file is to be read."""
        data = self.cleaned_data
        return ReadOptions(
            coord_type=str(data["coord_type"]),
            replace=data["mode"] == "replace",
            columns={name: data[name].strip() for name in self.COLUMNS if data[name].strip()},
        )
