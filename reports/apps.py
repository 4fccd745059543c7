"""Application configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from xiangcun.lib import health


class ReportsConfig(AppConfig):
    """Register the app under its Chinese name."""

    name = "reports"
    verbose_name = _("居民上报")

    def ready(self) -> None:
        """Teach the schema generator our scheme and fields; listen to WeChat; tell the operator."""
        from reports import readiness, receivers
        from reports.api import openapi

        health.register("messages", _("居民消息"), readiness.standing_messages)
