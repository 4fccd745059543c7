"""The forms of the calendar page: some days, and a year's notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.domain.calendar import NAME_MAX, SOURCE_MAX, DayWish
from dispatch.domain.calendar_files import MAX_BYTES
from dispatch.enums import CalendarDayType

_NORMAL = "normal"
_KINDS = (
    (CalendarDayType.CLOSURE.value, _("停工（台风等）")),
    (CalendarDayType.HOLIDAY.value, _("放假")),
    (CalendarDayType.MAKEUP.value, _("上班（调休）")),
    (_NORMAL, _("恢复为平常日")),
)


class DaysForm(forms.Form):
    """What some days are to be; the domain checks what it means."""

    first = forms.DateField(label=_("从"), widget=forms.DateInput({"type": "date"}))
    last = forms.DateField(label=_("到"), widget=forms.DateInput({"type": "date"}))
    kind = forms.ChoiceField(
        label=_("设为"), choices=_KINDS, initial=CalendarDayType.CLOSURE, widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("名称（居民会看到）"), required=False, max_length=NAME_MAX)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last", "name"):
            self.fields[name].widget.attrs["class"] = "xc-input"
        self.fields["name"].widget.attrs["placeholder"] = "如：台风停工"

    def wish(self) -> DayWish:
        """Return the filled-in wish."""
        data = self.cleaned_data
        kind = None if data["kind"] == _NORMAL else CalendarDayType(data["kind"])
        name = "" if kind is None else data["name"]
        return DayWish(data["first"], data["last"], kind, name)


class NoticeForm(forms.Form):
    """A year's notice, as a file or pasted."""

    file = forms.FileField(label=_("文件（CSV、XLSX 或 JSON）"), required=False)
    text = forms.CharField(
        label=_("或粘贴“日期,类型,名称”"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea({"rows": 5, "class": "xc-input"}),
    )
    source = forms.CharField(
        label=_("依据（文号）"),
        required=False,
        max_length=SOURCE_MAX,
        widget=forms.TextInput({"class": "xc-input", "placeholder": "如：国办发明电〔2026〕7号"}),
    )

    def clean(self) -> dict[str, Any]:
        """Want a file or a text, and not a large one."""
        data = super().clean() or {}
        file, text = data.get("file"), data.get("text", "")
        if not file and not text.strip():
            raise forms.ValidationError(_("请选择文件，或粘贴内容"), code="required")
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("文件超过 256 KB，不像一年的放假安排"), code="file_too_large"
            )
        return data

    def content(self) -> tuple[bytes, str]:
        """Return the bytes and the file's name."""
        file = self.cleaned_data.get("file")
        if file:
            return file.read(), str(file.name)
        return self.cleaned_data["text"].encode(), ""
