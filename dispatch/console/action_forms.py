"""One form for every action: its fields follow from the row of the state table."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    FILE_CLASSES,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from dispatch.domain.fields import LABELS, NOTE_MAX, Fields
from dispatch.domain.standard_replies import left_open
from dispatch.enums import Outcome, RejectReason, ReturnReason
from dispatch.models import Department, Ticket
from dispatch.queries.access import Viewer, visible_tickets
from reports.enums import Urgency
from reports.models import Category
from xiangcun.lib.errors import DomainError

MAX_PHOTOS = 9
_MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
EMPTY_CHOICE = ("", _("请选择"))

Builder = Callable[[bool], forms.Field]


def _long_text(hint: object) -> Builder:
    def build(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
        return forms.CharField(
            required=required,
            max_length=NOTE_MAX,
            help_text=hint,  # type: ignore[arg-type]
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "maxlength": NOTE_MAX}),
        )

    return build


def _choice(choices: Iterable[tuple[Any, Any]]) -> Builder:
    rows = [EMPTY_CHOICE, *choices]

    def build(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
        return forms.ChoiceField(required=required, choices=rows, widget=UnfoldAdminSelectWidget())

    return build


def _category(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
    leaves = Category.objects.filter(is_active=True, parent__isnull=False).select_related("parent")
    field = forms.ModelChoiceField(
        leaves, required=required, widget=UnfoldAdminSelect2Widget(attrs={"data-xc-category": "1"})
    )
    groups: dict[str, list[tuple[int, str]]] = {}
    for leaf in leaves:
        groups.setdefault(str(leaf.parent), []).append((leaf.pk, f"{leaf.code} {leaf.name}"))
    field.choices = [EMPTY_CHOICE, *groups.items()]
    return field


def _department(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
    return forms.ModelChoiceField(
        Department.objects.filter(is_active=True),
        required=required,
        empty_label=str(EMPTY_CHOICE[1]),
        widget=UnfoldAdminSelect2Widget(),
    )


def _departments(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
    return forms.ModelMultipleChoiceField(
        Department.objects.filter(is_active=True),
        required=required,
        help_text=_("可多选，也可不选"),
        widget=UnfoldAdminSelect2MultipleWidget(),
    )


def _line(length: int, hint: object = "") -> Builder:
    def build(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
        return forms.CharField(
            required=required,
            max_length=length,
            help_text=hint,  # type: ignore[arg-type]
            widget=UnfoldAdminTextInputWidget(),
        )

    return build


def _moment(hint: object = "") -> Builder:
    def build(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
        widget = forms.DateTimeInput(
            format=_MOMENT_FORMAT, attrs={"type": "datetime-local", "class": "xc-input"}
        )
        return forms.DateTimeField(
            required=required,
            input_formats=[_MOMENT_FORMAT],
            help_text=hint,  # type: ignore[arg-type]
            widget=widget,
        )

    return build


def _day(required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "xc-input"})
    return forms.DateField(
        required=required,
        input_formats=["%Y-%m-%d"],
        help_text=_("今天之后 90 天之内"),
        widget=widget,
    )


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to ``MAX_PHOTOS`` files; what is in them is checked when they are stored."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files; none is an empty list."""
        files = [row for row in (data or []) if row] if isinstance(data, (list, tuple)) else []
        if len(files) > MAX_PHOTOS:
            raise forms.ValidationError(_("最多上传 %d 张照片") % MAX_PHOTOS)
        return [super(PhotosField, self).clean(row, initial) for row in files]


def _photos(_required: bool) -> forms.Field:  # noqa: FBT001 - called through a table
    attrs = {"multiple": True, "accept": "image/*,.heic,.heif", "class": " ".join(FILE_CLASSES)}
    return PhotosField(
        required=False,
        help_text=_("可多选，最多 9 张，每张不超过 10 MB；支持 JPEG、PNG、WebP、HEIC"),
        widget=ManyFiles(attrs=attrs),
    )


BUILDERS: Mapping[str, Builder] = {
    "note": _long_text(_("工作人员可见，最多 2000 字")),
    "public_text": _long_text(_("居民会看到这段话，请勿写入个人信息")),
    "reject_reason": _choice(RejectReason.choices),
    "return_reason": _choice(ReturnReason.choices),
    "outcome": _choice(Outcome.choices),
    "urgency": _choice([(row.value, f"{row.value} {row.label}") for row in Urgency]),
    "category": _category,
    "lead_department": _department,
    "suggested_department": _department,
    "assisting": _departments,
    "conflict_reason": _line(
        200, _("居民投诉的正是所选单位时必填：为什么仍须由它承办；其他工单不用填")
    ),
    "target_ticket": _line(20, _("填写要并入的工单编号，例如 GD261124-7K3M9")),
    "external_number": _line(60),
    "new_due": _moment(),
    "promised_due": _moment(
        _("不填按规定时限；可以提前。超过规定时限的，只有值班领导可以填，并在说明里写理由")
    ),
    "reply_due": _moment(_("承办单位须在此之前书面回复，最长 30 天")),
    "departments": _departments,
    "task": _long_text(_("请写清要该单位办的事；该单位看不到居民的原话，请勿写入居民的个人信息")),
    "review_at": _day,
    "photos": _photos,
}
_ENUMS = {
    "reject_reason": RejectReason,
    "return_reason": ReturnReason,
    "outcome": Outcome,
    "urgency": Urgency,
}


def _filled(text: str) -> str:
    names = left_open(text)
    if names:
        shown = "、".join(f"{{{name}}}" for name in names)
        raise forms.ValidationError(_("还有没填上的内容：%s，请改成实际内容") % shown)
    return text


class ActionForm(forms.Form):
    """The form of one action on one ticket.

    ``labels`` and ``hints`` say what a field means here where that differs from the usual.
    ``version`` is what the person saw, ``candidate`` the button of triage they pressed (0 for none);
    ``kept_photos`` are files that were stored before an earlier
    try was refused, so that nobody uploads twice.
    """

    version = forms.IntegerField(widget=forms.HiddenInput())
    kept_photos = forms.CharField(required=False, widget=forms.HiddenInput())
    candidate = forms.IntegerField(
        required=False, min_value=0, max_value=9, widget=forms.HiddenInput()
    )

    def __init__(
        self,
        *args: Any,
        required: Sequence[str],
        optional: Sequence[str] = (),
        viewer: Viewer,
        labels: Mapping[str, str] | None = None,
        hints: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        for name in (*required, *optional):
            field = BUILDERS[name](name in required)
            label = (labels or {}).get(name, LABELS[name])
            told = name in required or label.endswith(
                "）"
            )  # the label itself says when it is wanted
            field.label = label if told else f"{label}（选填）"
            field.error_messages["required"] = f"请填写{label}"
            if name in (hints or {}):
                field.help_text = (hints or {})[name]
            self.fields[name] = field

    def clean_target_ticket(self) -> Ticket:
        """Find the ticket by its number, among those the person may see."""
        number = self.cleaned_data["target_ticket"].strip().upper()
        target = visible_tickets(self.viewer).filter(number=number).first()
        if target is None:
            raise forms.ValidationError(_("没有编号为 %s 的工单") % number)
        return target

    def clean_public_text(self) -> str:
        """Refuse a standard reply with a placeholder that nobody filled."""
        return _filled(str(self.cleaned_data["public_text"]))

    def clean_note(self) -> str:
        """Refuse a standard reply with a placeholder that nobody filled."""
        return _filled(str(self.cleaned_data["note"]))

    def clean_kept_photos(self) -> list[uuid.UUID]:
        """Read the ids of photos stored earlier; whose they are is checked when they are claimed."""
        try:
            return [uuid.UUID(part) for part in self.cleaned_data["kept_photos"].split(",") if part]
        except ValueError as error:
            raise forms.ValidationError(_("照片编号无效，请重新上传")) from error

    def keep_photos(self, ids: Sequence[uuid.UUID]) -> None:
        """Remember stored photos in the form that is shown again."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["kept_photos"] = ",".join(str(pk) for pk in ids)
        self.data = data

    @property
    def kept_count(self) -> int:
        """How many photos are stored already."""
        return len([part for part in str(self.data.get("kept_photos", "")).split(",") if part])

    def as_fields(self, photos: Sequence[uuid.UUID] = ()) -> Fields:
        """Return the input as the domain takes it."""
        values: dict[str, Any] = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in BUILDERS and name != "photos" and value not in (None, "")
        }
        for name, kind in _ENUMS.items():
            if name in values:
                values[name] = kind(values[name])
        for name in {"assisting", "departments"} & values.keys():
            values[name] = tuple(values[name])
        candidate = self.cleaned_data.get("candidate") or 0
        return Fields(**values, photos=tuple(photos), candidate=candidate)

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at its fields, or above the form."""
        for row in error.errors:
            name = row.field.split("[")[0]
            self.add_error(name if name in self.fields else None, row.message)
        if not error.errors:
            self.add_error(None, error.message)
