"""The forms about being told: one's own preferences, and a channel's settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminPasswordWidget

from dispatch.console.list_fields import OfficeForm
from dispatch.domain.channel_settings import seal_address
from dispatch.domain.notice_rules import ALWAYS_BY_EMAIL, EMAIL_BY_DEFAULT
from dispatch.enums import ROBOT_CHANNELS, NotificationChannel, NotificationKind
from dispatch.models import ChannelSetting, NotificationPreference, Staff
from xiangcun.lib.errors import InvalidInputError

_MOST_SECRET = 500
_TIME = {"type": "time", "class": "xc-input xc-time"}


class PreferenceForm(forms.Form):
    """Which kinds also come by mail, and the hours to be left alone."""

    email_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("同时发邮件的消息"), required=False, widget=forms.CheckboxSelectMultiple
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("免打扰开始"), required=False, widget=forms.TimeInput(_TIME, "%H:%M")
    )
    quiet_to = forms.TimeField(
        label=gettext_lazy("免打扰结束"), required=False, widget=forms.TimeInput(_TIME, "%H:%M")
    )
    quiet_rest_days = forms.BooleanField(label=gettext_lazy("休息日不打扰"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email_kinds"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(kind.value), kind.label)
            for kind in NotificationKind
            if kind not in ALWAYS_BY_EMAIL
        ]
        for name in ("quiet_from", "quiet_to"):
            self.fields[name].widget.attrs["aria-label"] = str(self.fields[name].label)

    @classmethod
    def of(cls, user: Staff, data: Any) -> PreferenceForm:
        """Return the form with what the person chose, or the defaults."""
        row = NotificationPreference.objects.filter(user=user).first()
        start, end = settings.QUIET_HOURS or (None, None)
        initial = {
            "email_kinds": row.email_kinds if row else [str(k.value) for k in EMAIL_BY_DEFAULT],
            "quiet_from": row.quiet_from if row else start,
            "quiet_to": row.quiet_to if row else end,
            "quiet_rest_days": row.quiet_rest_days if row else settings.QUIET_REST_DAYS,
        }
        return cls(data, initial=initial)


class ChannelForm(OfficeForm):
    """A robot. The address and the secret go in and never come out again."""

    address = forms.CharField(
        label=gettext_lazy("机器人地址（Webhook）"),
        required=False,
        max_length=_MOST_SECRET,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("在群聊中添加机器人后复制。保存后不再显示；修改其他项时留空即可"),
    )
    secret = forms.CharField(
        label=gettext_lazy("加签密钥"),
        required=False,
        max_length=_MOST_SECRET,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("仅钉钉，以 SEC 开头；保存后不再显示，留空表示不改"),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("消息种类"),
        required=False,
        choices=[row for row in NotificationKind.choices if row[0] not in ALWAYS_BY_EMAIL],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("一项不选表示全部；特急警报始终发送"),
    )

    class Meta:
        model = ChannelSetting
        fields = ("name", "kind", "department", "keyword", "kinds", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            robots = [row for row in NotificationChannel.choices if row[0] in ROBOT_CHANNELS]
            self.fields["kind"].choices = [("", "---------"), *robots]  # type: ignore[attr-defined]
        if "department" in self.fields:
            self.fields["department"].required = True

    def clean(self) -> dict[str, Any]:
        """Seal what is new onto the row; a robot without an address is refused."""
        data = super().clean() or {}
        address, secret = data.pop("address", ""), data.pop("secret", "")
        if self.instance.kind == NotificationChannel.EMAIL:
            return data
        if not address and not self.instance.sealed_address and "address" not in self.errors:
            self.add_error("address", _("请填写机器人地址"))
        try:
            seal_address(self.instance, address=address.strip(), secret=secret.strip())
        except InvalidInputError as error:
            self.add_error("address", error.errors[0].message)
        return data
