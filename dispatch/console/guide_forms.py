"""The forms of 便民服务 and 公告: texts as people type them, read by the residents' side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.domain.guide_import import MAX_BYTES
from dispatch.domain.guide_sheet import BY_FIELD
from dispatch.queries.offices import offices
from reports.domain.bulletins import SOURCE_MAX, BulletinWords
from reports.domain.guide_fields import GuideWords, Township, read_guide
from reports.enums import DIMENSION_TITLES, DimensionCode
from reports.models import Bulletin, Grid
from reports.queries.township import township_circle
from xiangcun.lib.errors import DomainError

_SYSTEMS = (("WGS-84", _("WGS-84（天地图、GPS）")), ("GCJ-02", _("GCJ-02（高德、腾讯）")), ("BD-09", _("BD-09（百度）")))  # fmt: skip
_HOLIDAYS = (("休息", _("休息")), ("照常", _("照常")), ("电话询问", _("请先电话询问")))
_LINES = {"body": 6, "documents": 4, "exceptions": 3}
_TYPED = (
    "title", "synonyms", "summary", "address", "lng", "lat", "phones", "week", "exceptions",
    "hours_note", "documents", "fee", "time_limit", "body", "valid_from", "valid_to", "order",
)  # fmt: skip
_MOST = 6000


class GuideForm(forms.Form):
    """One guide. Cleaning is not done here: the same reader judges the form and a line of a sheet."""

    code = forms.CharField(label=_("编号"), required=False, max_length=60)
    dimensions = forms.MultipleChoiceField(
        label=_("类别"),
        required=False,
        choices=[(str(title), title) for title in DIMENSION_TITLES.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    department = forms.ChoiceField(label=_("负责部门"), required=False)
    coord_type = forms.ChoiceField(label=_("坐标系"), required=False, choices=_SYSTEMS)
    holidays = forms.ChoiceField(label=_("法定节假日"), required=False, choices=_HOLIDAYS)

    def __init__(self, *args: Any, departments: Iterable[str], new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _TYPED:
            column, lines = BY_FIELD[name], _LINES.get(name)
            attrs = {"class": "xc-input", "placeholder": column.example}
            widget = forms.Textarea({**attrs, "rows": lines}) if lines else forms.TextInput(attrs)
            self.fields[name] = forms.CharField(
                label=column.heading,
                required=False,
                max_length=_MOST,
                strip=False,
                widget=widget,
                help_text=column.meaning,
            )
        for name in ("valid_from", "valid_to"):
            self.fields[name].widget = forms.DateInput({"type": "date", "class": "xc-input"})
        self.fields["code"].widget.attrs["class"] = "xc-input"
        self.fields["code"].help_text = BY_FIELD["code"].meaning + "；空着会自动起一个"
        if not new:
            del self.fields["code"]
        self.order_fields(BY_FIELD)
        names = [(name, name) for name in departments]
        self.fields["department"].choices = [("", "—"), *names]  # type: ignore[attr-defined]
        for name in ("department", "coord_type", "holidays"):
            self.fields[name].widget.attrs["class"] = "xc-select"

    def words(self) -> GuideWords:
        """Read what was typed; faults stand beside their fields."""
        data = self.cleaned_data
        typed = {name: value for name, value in data.items() if isinstance(value, str)}
        typed["dimensions"] = "、".join(data.get("dimensions", ()))
        return read_guide(typed, Township(offices(), township_circle()))

    def show_faults(self, faults: dict[str, str]) -> None:
        """Put each fault beside its field."""
        for name, text in faults.items():
            self.add_error(name if name in self.fields else None, text)


class GuideFileForm(forms.Form):
    """A sheet to import."""

    file = forms.FileField(
        label=_("文件（.xlsx 或 .csv）"),
        error_messages={"required": _("请选择文件"), "empty": _("文件是空的，请使用模板")},
    )
    publish = forms.BooleanField(label=_("新增的直接发布"), required=False, initial=True)

    def clean_file(self) -> Any:
        """Refuse a large file before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 1 MB，请分几次导入"), code="file_too_large")
        return file


class BulletinForm(forms.Form):
    """One bulletin."""

    title = forms.CharField(label=_("标题"), max_length=Bulletin.TITLE_MAX)
    body = forms.CharField(
        label=_("内容"),
        max_length=Bulletin.BODY_MAX,
        help_text=_("纯文字，空一行分段；电话号码居民可以直接点着打"),
        widget=forms.Textarea({"rows": 8}),
    )
    source = forms.CharField(label=_("发布单位"), max_length=SOURCE_MAX)
    publish_at = forms.DateTimeField(
        label=_("开始公布"),
        required=False,
        help_text=_("空着就是现在；写将来的时间，到时自动公布"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    expire_at = forms.DateTimeField(
        label=_("到期"),
        required=False,
        help_text=_("到时自动不再显示；紧急公告必须写"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    urgent = forms.BooleanField(
        label=_("紧急（停水停电、台风等，在手机首页顶上显示横幅）"), required=False
    )
    pinned = forms.BooleanField(label=_("置顶"), required=False)
    dimension = forms.ChoiceField(
        label=_("类别"),
        required=False,
        choices=[("", "—"), *((code.value, DIMENSION_TITLES[code]) for code in DimensionCode)],
    )
    grids = forms.MultipleChoiceField(
        label=_("范围（不选就是全街道）"),
        required=False,
        widget=forms.SelectMultiple({"size": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Grid.objects.filter(is_active=True).order_by("code")
        self.fields["grids"].choices = list(rows.values_list("code", "name"))  # type: ignore[attr-defined]
        for name in ("title", "body", "source", "publish_at", "expire_at", "grids"):
            self.fields[name].widget.attrs["class"] = "xc-input"
        self.fields["dimension"].widget.attrs["class"] = "xc-select"

    def words(self, now: datetime) -> BulletinWords:
        """Return what was filled in."""
        data = self.cleaned_data
        return BulletinWords(**{**data, "publish_at": data["publish_at"] or now})

    def show_error(self, error: DomainError) -> None:
        """Put what the domain refused beside its field."""
        for fault in error.errors:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
        if not error.errors:
            self.add_error(None, error.message)


def initial_of(row: Bulletin) -> dict[str, Any]:
    """Return a bulletin as its form shows it."""
    plain = ("title", "body", "source", "urgent", "pinned")
    return {
        **{name: getattr(row, name) for name in plain},
        "publish_at": timezone.localtime(row.publish_at),
        "expire_at": timezone.localtime(row.expire_at) if row.expire_at else None,
        "dimension": row.dimension.code if row.dimension else "",
        "grids": [grid.code for grid in row.grids.all()],
    }
