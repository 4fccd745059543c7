"""What could not be sent, and what waits too long, for the operator and for those who may resend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.enums import NotificationState
from dispatch.models import Announcement, ChannelSetting, Notification
from dispatch.models.notifications import OUTBOUND

COUNT_CAP = 100
LONGEST_WAIT = timedelta(minutes=10)


def stuck_count() -> int:
    """Return how many messages are stuck, at most ``COUNT_CAP`` (one query on a partial index)."""
    return Notification.objects.filter(state=NotificationState.STUCK)[:COUNT_CAP].count()


def stuck_page(*, before: int | None, size: int) -> Sequence[Notification]:
    """Return stuck messages, newest first, one more than ``size`` where there is a further page."""
    rows = Notification.objects.filter(state=NotificationState.STUCK)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(
        rows.select_related("user", "ticket", "setting__department").order_by("-pk")[: size + 1]
    )


def channels_in_trouble() -> Sequence[ChannelSetting]:
    """Return active channels whose last attempt failed."""
    rows = ChannelSetting.objects.filter(is_active=True).exclude(last_error="")
    return list(rows.select_related("department").order_by("pk")[:50])


def waiting_count() -> int:
    """Return how many messages are on their way out, at most ``COUNT_CAP``."""
    return Notification.objects.filter(state__in=OUTBOUND)[:COUNT_CAP].count()


def outbox_trouble(*, now: datetime) -> tuple[int, int]:
    """Return (stuck messages, announcements nobody spread in time), both capped."""
    late = Announcement.objects.filter(spread_at__isnull=True, created_at__lt=now - LONGEST_WAIT)
    return stuck_count(), late[:COUNT_CAP].count()
