"""Application configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from xiangcun.lib import calendars, health


class DispatchConfig(AppConfig):
    """Register the app under its Chinese name."""

    name = "dispatch"
    verbose_name = _("处置指挥")

    def ready(self) -> None:
        """Connect the receivers and the readiness checks: both need loaded models."""
        from dispatch import readiness, receivers
        from dispatch.api import openapi
        from dispatch.domain import alarm_notices, alarms
        from dispatch.queries.calendar import work_calendar
        from dispatch.triage import listening
        from reports.domain import danger

        health.register("oldest_untriaged", _("最久未研判的上报"), readiness.oldest_untriaged)
        if alarm_notices.send_alarm not in alarms.SENDERS:
            alarms.SENDERS.append(alarm_notices.send_alarm)
        danger.read_with(listening.tells_danger)
        calendars.register(work_calendar)
        health.register("outbox", _("通知发送"), readiness.standing_outbox)
        health.register("triage_model", _("研判模型"), readiness.triage_model)
