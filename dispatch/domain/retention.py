"""Notifications are reminders, not records: the ledger keeps what happened, these may go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from dispatch.enums import NotificationState
from dispatch.models import Announcement, Notification
from dispatch.models.notifications import OUTBOUND

CHUNK = 2000
MOST_CHUNKS = 50


def purge_notifications(*, now: datetime) -> int:
    """Delete rows older than ``NOTIFICATION_DAYS``, in short transactions; what still waits stays."""
    limit = now - timedelta(days=settings.NOTIFICATION_DAYS)
    waiting = (*OUTBOUND, NotificationState.STUCK)
    old_rows = Notification.objects.filter(created_at__lt=limit).exclude(state__in=waiting)
    old_news = Announcement.objects.filter(created_at__lt=limit, spread_at__isnull=False)
    gone = 0
    for rows in (old_rows, old_news):
        for _chunk in range(MOST_CHUNKS):
            ids = list(rows.order_by("created_at").values_list("pk", flat=True)[:CHUNK])
            if not ids:
                break
            gone += rows.model.objects.filter(pk__in=ids).delete()[0]
    return gone
