"""One person's inbox: pages by key, the capped unread count, and what they may still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from dispatch.enums import NotificationChannel
from dispatch.models import Notification
from dispatch.queries.access import Viewer, visible_tickets

UNREAD_CAP = 100


@dataclass(frozen=True, slots=True)
class InboxPage:
    """``visible`` are the tickets that the person may read now; a text about others is not shown."""

    rows: Sequence[Notification]
    visible: frozenset[int]
    next_before: int | None


def unread_count(user_id: int) -> int:
    """Return the number of unread lines, at most ``UNREAD_CAP`` (one query on a partial index)."""
    return inbox_rows(user_id).filter(read_at__isnull=True)[:UNREAD_CAP].count()


def inbox_rows(user_id: int) -> QuerySet[Notification]:
    """Return the person's own lines."""
    return Notification.objects.filter(user_id=user_id, channel=NotificationChannel.INBOX)


def inbox_page(
    viewer: Viewer, user_id: int, *, before: int | None, unread_only: bool, size: int
) -> InboxPage:
    """Return a page, newest first (two queries)."""
    rows = inbox_rows(user_id)
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("ticket").order_by("-pk")[: size + 1])
    shown = found[:size]
    wanted = {row.ticket_id for row in shown if row.ticket_id is not None}
    visible = visible_tickets(viewer).filter(pk__in=wanted).values_list("pk", flat=True)
    allowed = frozenset(visible) if wanted else frozenset()
    return InboxPage(shown, allowed, shown[-1].pk if len(found) > size else None)
