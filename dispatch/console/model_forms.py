"""The forms behind 研判模型 and 研判设置: every change says why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from dispatch.domain.learning import REASON_MAX, Wishes
from dispatch.models import TriageSettings
from dispatch.models.learning import HIGHEST, LOWEST
from xiangcun.lib.errors import DomainError

_HUNDRED = Decimal(100)
_LOW, _HIGH = Decimal(str(LOWEST)) * _HUNDRED, Decimal(str(HIGHEST)) * _HUNDRED


class ReasonForm(forms.Form):
    """Why; ``seen`` is the id of the version that was in use when the page was shown, 0 for none."""

    seen = forms.IntegerField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label=_("原因"),
        max_length=REASON_MAX,
        help_text=_("会记入变更记录，最多 300 字"),
        error_messages={"required": _("请填写原因")},
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": REASON_MAX}),
    )

    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at its fields, or above the form."""
        for row in error.errors:
            self.add_error(row.field if row.field in self.fields else None, row.message)
        if not error.errors:
            self.add_error(None, error.message)


class PercentField(forms.DecimalField):
    """A share between ``LOWEST`` and ``HIGHEST``, typed in per cent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=_LOW,
            max_value=_HIGH,
            decimal_places=1,
            max_digits=4,
            widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.1", "inputmode": "decimal"}),
            error_messages={
                "required": _("请填写百分数"),
                "invalid": _("请填写百分数，例如 98"),
                "min_value": _("不能低于 80%%"),
                "max_value": _("不能高于 99.5%%"),
                "max_decimal_places": _("最多一位小数"),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Take ``98``, ``98%`` and full-width digits."""
        text = str(value or "").strip().rstrip("%％").strip()
        return super().clean(text)


class WishesForm(ReasonForm):
    """The operator's settings."""

    auto_dispatch = forms.BooleanField(
        label=_("自动派单"),
        required=False,
        help_text=_("关闭后，新上报全部转人工派单"),
        widget=UnfoldBooleanSwitchWidget(),
    )
    accuracy = PercentField(
        label=_("自动派单准确率不低于（%）"),
        help_text=_("80 到 99.5。越高，自动派出去的越少、越准"),
    )
    level = PercentField(
        label=_("把握程度（%）"),
        help_text=_("80 到 99.5。有多大把握真能达到上面的准确率，一般用 95"),
    )
    field_order = ("auto_dispatch", "accuracy", "level", "reason")

    @staticmethod
    def initial_of(policy: TriageSettings) -> dict[str, Any]:
        """Return what the form shows for the stored row."""
        return {
            "seen": 0,
            "auto_dispatch": policy.auto_dispatch,
            "accuracy": _as_percent(policy.accuracy),
            "level": _as_percent(policy.level),
        }

    def as_wishes(self) -> Wishes:
        """Return the input as the domain takes it."""
        data = self.cleaned_data
        return Wishes(
            auto_dispatch=data["auto_dispatch"],
            accuracy=float(data["accuracy"] / _HUNDRED),
            level=float(data["level"] / _HUNDRED),
        )


def _as_percent(share: float) -> str:
    return f"{round(share * 100, 1):g}"
