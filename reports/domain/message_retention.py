"""Messages are reminders, not records: the report's timeline keeps what happened, these may go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from reports.domain.subscriptions import fold_ledger
from reports.models import ResidentMessage, SmsLog

CHUNK = 2000
MOST_CHUNKS = 50
SMS_LOG_DAYS = 180
LEDGER_DAYS = 180


def purge_messages(*, now: datetime) -> int:
    """Delete messages older than ``MESSAGE_DAYS`` with their deliveries, and old log lines.

    In short transactions; returns how many rows went. What waits for staff is as old as the rest.
    """
    limit = now - timedelta(days=settings.MESSAGE_DAYS)
    messages = ResidentMessage.objects.filter(created_at__lt=limit).order_by("created_at")
    lines = SmsLog.objects.filter(at__lt=now - timedelta(days=SMS_LOG_DAYS)).order_by("at")
    gone = 0
    for rows in (messages, lines):
        for _chunk in range(MOST_CHUNKS):
            ids = list(rows.values_list("pk", flat=True)[:CHUNK])
            if not ids:
                break
            gone += rows.model.objects.filter(pk__in=ids).delete()[0]
    fold_ledger(before=now - timedelta(days=LEDGER_DAYS))
    return gone
