"""通知渠道 in the admin: robots of the departments' groups, the mail server, and a test message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.notice_forms import ChannelForm
from dispatch.console.people import OfficeAdmin
from dispatch.console.ticket_list import badge
from dispatch.console.wording import moment_text
from dispatch.domain.channel_settings import mail_setting, send_test
from dispatch.enums import NotificationChannel
from dispatch.models import ChannelSetting, Staff

_ROBOT_FIELDS = ("name", "kind", "department", "address", "hint", "secret", "keyword", "kinds")


@admin.register(ChannelSetting)
class ChannelSettingAdmin(OfficeAdmin):
    """Addresses go in and never come out: the page shows their last four characters."""

    form = ChannelForm
    readers = frozenset()
    deletable = False
    list_display = ("name", "kind", "place", "hint", "health", "sent", "is_active")
    list_display_links = ("name",)
    list_select_related = ("department",)
    sortable_by = ()
    fields = (*_ROBOT_FIELDS, "is_active")
    readonly_fields = ("hint", "health", "sent")
    change_form_outer_after_template = "admin/notices/channel_test.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if settings.EMAIL_ENABLED and self.has_change_permission(request):
            mail_setting()
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def get_fields(self, request: HttpRequest, obj: ChannelSetting | None = None) -> Any:
        if obj is None:
            return tuple(name for name in self.fields if name != "hint")
        if obj.kind == NotificationChannel.EMAIL:
            return ("name", "health", "sent", "is_active")
        return (*self.fields, "health", "sent")

    def get_readonly_fields(self, request: HttpRequest, obj: ChannelSetting | None = None) -> Any:
        kept = ("kind",) if obj else ()
        return (*self.readonly_fields, *kept)

    def get_urls(self) -> list[URLPattern]:
        guard: Callable[[Any], Any] = self.admin_site.admin_view
        view = guard(self.test_view)
        return [
            path("<int:pk>/test/", view, name="dispatch_channelsetting_test"),
            *super().get_urls(),
        ]

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a test message and say what came of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        setting = ChannelSetting.objects.filter(pk=pk).first()
        if not self.has_change_permission(request) or not isinstance(request.user, Staff):
            raise PermissionDenied
        if setting is None:
            raise Http404
        reason = send_test(setting, user=request.user, now=timezone.now())
        if reason:
            messages.error(request, _("测试消息没有送达：%s") % reason)
        else:
            messages.success(request, _("测试消息已送达，请到群聊或邮箱中查看"))
        return redirect("admin:dispatch_channelsetting_change", pk)

    @admin.display(description=gettext_lazy("部门"))
    def place(self, setting: ChannelSetting) -> str:
        return setting.department.short_name if setting.department else "—"

    @admin.display(description=gettext_lazy("状况"))
    def health(self, setting: ChannelSetting) -> SafeString | str:
        if not setting.is_active:
            return badge(_("已停用"), "")
        if setting.last_error:
            return badge(setting.last_error, "danger")
        return badge(_("正常"), "success") if setting.last_sent_at else _("尚未发送")

    @admin.display(description=gettext_lazy("最近送达"))
    def sent(self, setting: ChannelSetting) -> str:
        return moment_text(setting.last_sent_at) or "—"
