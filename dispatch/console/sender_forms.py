"""The forms by which a sender or a network is restricted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from dispatch.domain.restricting import MIN_NOTE
from reports.enums import BlockReason, SenderKind
from xiangcun.lib.errors import DomainError

_DAYS = ((1, _("1 天")), (3, _("3 天")), (7, _("7 天")), (30, _("30 天")), (90, _("90 天")))
_DAYS_OF_ADDRESS = _DAYS[:3]
_MEANING = {
    SenderKind.RESIDENT: _("这个上报人的账号（不显示是谁）"),
    SenderKind.DEVICE: _("这部手机（换账号也受限）"),
    SenderKind.ADDRESS: _("这个网络地址（可能是一家人或整个村共用，最多 7 天，慎选）"),
}
_NOTE_MAX = 500


class _Why(forms.Form):
    """What every restriction says."""

    reason = forms.ChoiceField(
        label=_("原因（上报人会看到）"),
        choices=[("", _("请选择")), *BlockReason.choices],
        error_messages={"required": _("请选择原因")},
        widget=UnfoldAdminSelectWidget(),
    )
    days = forms.TypedChoiceField(
        label=_("限制多久"), choices=_DAYS, coerce=int, initial=7, widget=UnfoldAdminSelectWidget()
    )
    note = forms.CharField(
        label=_("说明"),
        min_length=MIN_NOTE,
        max_length=_NOTE_MAX,
        error_messages={
            "required": _("请写明依据"),
            "min_length": _("请写明依据，至少 %(limit_value)d 个字"),
        },
        help_text=_("写明依据，例如“三天内上报 40 件与事实不符”；记入审计记录，上报人看不到"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": _NOTE_MAX}),
    )

    @property
    def why(self) -> dict[str, Any]:
        """Return reason, days and note as the domain takes them."""
        given = self.cleaned_data
        return {
            "reason": BlockReason(given["reason"]),
            "days": given["days"],
            "note": given["note"],
        }

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at its field, or above the form."""
        for row in error.errors:
            self.add_error(row.field if row.field in self.fields else None, row.message)
        if not error.errors:
            self.add_error(None, error.message)


class SenderForm(_Why):
    """Restrict the sender of a report by what is known of them."""

    kinds = forms.TypedMultipleChoiceField(
        label=_("限制什么"),
        coerce=SenderKind,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一项")},
    )
    field_order = ("kinds", "reason", "days", "note")

    def __init__(self, *args: Any, known: Sequence[SenderKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(str(kind), _MEANING[kind]) for kind in known]  # type: ignore[attr-defined]  # a choice field


class NetworkForm(_Why):
    """Restrict a network."""

    network = forms.CharField(
        label=_("网段"),
        max_length=50,
        error_messages={"required": _("请填写网段")},
        help_text=_("例如 203.0.113.0/24；最大 /16（IPv6 为 /32）"),
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ("network", "reason", "days", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = _DAYS_OF_ADDRESS  # type: ignore[attr-defined]  # a choice field
