"""Application configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    """Register the app under its Chinese name."""

    name = "dispatch"
    verbose_name = _("处置指挥")

    def ready(self) -> None:
        """Connect the receivers."""
        from dispatch import receivers  # noqa: F401, PLC0415 - receivers need loaded models
