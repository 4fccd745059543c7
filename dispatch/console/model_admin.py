"""研判模型 and 研判设置 in the admin: readable lists; changes go through a page that asks why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from dispatch.console.model_pages import (
    SETTINGS_URL,
    confirm_page,
    list_context,
    model_page,
    settings_page,
)
from dispatch.console.model_words import MODEL_TONE, comparison_text, percent
from dispatch.console.people import MANAGES_MODELS, READS_MODELS, RecordAdmin
from dispatch.console.ticket_list import badge
from dispatch.console.wording import moment_text
from dispatch.enums import ModelStatus
from dispatch.models import ModelVersion, TriageSettings


@admin.register(ModelVersion)
class ModelVersionAdmin(RecordAdmin):
    """Versions are written by training alone; people choose among them."""

    readers = READS_MODELS
    list_display = ("version", "state", "trained", "examples", "accuracy", "auto_share", "against")
    list_display_links = ("version",)
    list_before_template = "admin/dispatch/modelversion/summary.html"
    list_after_template = "admin/dispatch/modelversion/history.html"
    list_per_page = 25
    ordering = ("-trained_at", "-id")
    sortable_by = ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = list_context(request) if self.has_view_permission(request) else {}
        response: HttpResponse = super().changelist_view(
            request, {**context, **(extra_context or {})}
        )
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self.check_may_read(request)
        return model_page(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        guard: Callable[[Any], Any] = self.admin_site.admin_view
        return [
            path("do/<slug:action>/", guard(self.action_view), name="dispatch_modelversion_action"),
            *super().get_urls(),
        ]

    def action_view(self, request: HttpRequest, action: str) -> HttpResponse:
        return confirm_page(self, request, action)

    @admin.display(description=_("状态"))
    def state(self, version: ModelVersion) -> SafeString:
        status = ModelStatus(version.status)
        return badge(str(status.label), MODEL_TONE[status])

    @admin.display(description=_("训练时间"))
    def trained(self, version: ModelVersion) -> str:
        return moment_text(version.trained_at)

    @admin.display(description=_("准确率"))
    def accuracy(self, version: ModelVersion) -> str:
        return percent(version.metrics.get("cv_accuracy"))

    @admin.display(description=_("自动派单率"))
    def auto_share(self, version: ModelVersion) -> str:
        return percent(version.metrics.get("auto_share"))

    @admin.display(description=_("对比"))
    def against(self, version: ModelVersion) -> str:
        return comparison_text(version)


@admin.register(TriageSettings)
class TriageSettingsAdmin(RecordAdmin):
    """One row, one page."""

    readers = READS_MODELS
    writers = MANAGES_MODELS
    addable = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.check_may_read(request)
        return settings_page(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse(SETTINGS_URL))
