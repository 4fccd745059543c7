"""The forms of rewards and patrols."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from reports.domain.patrols import PatrolDraft
from reports.domain.rewards import RewardDraft
from reports.models import Grid, Patrol, Reward
from xiangcun.lib.errors import DomainError
from xiangcun.lib.workdays import SHANGHAI

_MOST_POINTS, _MOST_STOCK, _MOST_EACH = 100_000, 100_000, 100
_NEEDED = {"required": _("请填写这一项"), "invalid": _("格式不正确")}
_HERE = (29.0, 32.0, 118.0, 123.0)
_CLASS = {"class": "xc-input"}


class _Refusing(forms.Form):
    def refuse(self, error: DomainError) -> None:
        """Show a refusal of the domain at its field, or above the form."""
        for row in error.errors:
            self.add_error(row.field if row.field in self.fields else None, row.message)
        if not error.errors:
            self.add_error(None, error.message)


def _number(label: Any, low: int, high: int, **extra: Any) -> forms.IntegerField:
    messages = {
        **_NEEDED,
        "min_value": _("不能小于 %(limit_value)s"),
        "max_value": _("不能大于 %(limit_value)s"),
        "invalid": _("请填写整数"),
    }
    widget = forms.NumberInput(attrs={**_CLASS, "min": low, "max": high})
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, error_messages=messages, widget=widget, **extra
    )


def _text(label: Any, longest: int, **extra: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        error_messages=_NEEDED,
        widget=UnfoldAdminTextInputWidget(attrs={"maxlength": longest}),
        **extra,
    )


class RewardForm(_Refusing):
    """A reward; ``version`` tells when somebody redeemed one meanwhile."""

    name = _text(_("名称"), Reward.NAME_MAX)
    note = _text(_("说明（可不填）"), Reward.NOTE_MAX, required=False)
    points = _number(_("所需积分"), 1, _MOST_POINTS)
    stock = _number(_("剩余数量"), 0, _MOST_STOCK)
    person_limit = _number(_("每人限兑"), 1, _MOST_EACH, initial=1)
    valid_to = forms.DateField(
        label=_("有效期至"),
        error_messages=_NEEDED,
        widget=forms.DateInput(attrs={**_CLASS, "type": "date"}, format="%Y-%m-%d"),
    )
    pickup_place = _text(_("领取地点"), Reward.PLACE_MAX)
    is_active = forms.BooleanField(label=_("上架（居民能看到）"), required=False, initial=True)
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    @property
    def draft(self) -> RewardDraft:
        """Return what was filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return RewardDraft(**given)


class PatrolForm(_Refusing):
    """A patrol: a grid, or a point with a radius."""

    title = _text(_("名称"), Patrol.TITLE_MAX)
    place_text = _text(_("地点（居民看到的）"), Patrol.PLACE_MAX)
    look_for = forms.CharField(
        label=_("重点看什么"),
        max_length=Patrol.TEXT_MAX,
        error_messages=_NEEDED,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": Patrol.TEXT_MAX}),
    )
    day = forms.DateField(
        label=_("日期"),
        error_messages=_NEEDED,
        widget=forms.DateInput(attrs={**_CLASS, "type": "date"}, format="%Y-%m-%d"),
    )
    start = forms.TimeField(
        label=_("开始"),
        error_messages=_NEEDED,
        widget=forms.TimeInput(attrs={**_CLASS, "type": "time"}, format="%H:%M"),
    )
    end = forms.TimeField(
        label=_("结束（早于开始的算第二天）"),
        error_messages=_NEEDED,
        widget=forms.TimeInput(attrs={**_CLASS, "type": "time"}, format="%H:%M"),
    )
    places = _number(_("人数上限"), 1, Patrol.MAX_PLACES, initial=6)
    grid = forms.ModelChoiceField(
        label=_("网格"),
        queryset=Grid.objects.none(),
        required=False,
        empty_label=_("不按网格，用下面的中心点"),
        error_messages={"invalid_choice": _("没有这个网格")},
        widget=UnfoldAdminSelectWidget(),
    )
    lat = forms.FloatField(
        label=_("中心点纬度（WGS-84）"),
        required=False,
        validators=[MinValueValidator(_HERE[0]), MaxValueValidator(_HERE[1])],
        widget=forms.NumberInput(attrs={**_CLASS, "step": "any"}),
    )
    lng = forms.FloatField(
        label=_("中心点经度（WGS-84）"),
        required=False,
        validators=[MinValueValidator(_HERE[2]), MaxValueValidator(_HERE[3])],
        widget=forms.NumberInput(attrs={**_CLASS, "step": "any"}),
    )
    radius_m = _number(_("半径（米）"), Patrol.MIN_RADIUS_M, Patrol.MAX_RADIUS_M, initial=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids = Grid.objects.filter(is_active=True).only("code", "name", "village_name")
        self.fields["grid"].queryset = grids  # type: ignore[attr-defined]  # a model choice

    def draft_of(self, posted_by: str) -> PatrolDraft:
        """Return what was filled in, times in Shanghai."""
        given = self.cleaned_data
        day = given["day"]
        starts_at = datetime.combine(day, given["start"], tzinfo=SHANGHAI)
        ends_at = datetime.combine(day, given["end"], tzinfo=SHANGHAI)
        return PatrolDraft(
            title=given["title"],
            place_text=given["place_text"],
            look_for=given["look_for"],
            grid=given["grid"],
            lat=given["lat"],
            lng=given["lng"],
            radius_m=given["radius_m"],
            starts_at=starts_at,
            # A walk through the night ends on the next day.
            ends_at=ends_at if ends_at > starts_at else ends_at + timedelta(days=1),
            places=given["places"],
            posted_by=posted_by,
        )
