"""Messages are reminders, not records: the report's timeline keeps what happened, these may go.

The rules are among those of ``reports.domain.retention``; what is still on its way is as old as the
rest and goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from reports.models import ResidentMessage, SmsLog

SMS_LOG_DAYS = 180


def messages_due(now: datetime) -> QuerySet[Any]:
    """Return messages older than ``MESSAGE_DAYS``."""
    limit = now - timedelta(days=settings.MESSAGE_DAYS)
    return ResidentMessage.objects.filter(created_at__lt=limit)


def drop_messages(keys: Sequence[Any], now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    """Delete messages with their deliveries."""
    ResidentMessage.objects.filter(pk__in=keys).delete()


def sms_lines_due(now: datetime) -> QuerySet[Any]:
    """Return lines of the text message log that nobody will ask about any more."""
    return SmsLog.objects.filter(at__lt=now - timedelta(days=SMS_LOG_DAYS))


def drop_sms_lines(keys: Sequence[Any], now: datetime) -> None:  # noqa: ARG001 - as above
    """Delete them."""
    SmsLog.objects.filter(pk__in=keys).delete()
