"""Tell staff something: the one way into inbox and outbox for the rest of the office's code.

Both functions write one row in the caller's transaction and ring on commit; who exactly gets it, by
which channel and when is decided when the row is spread (``dispatch.domain.spreading``). The same
``key`` a second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from dispatch.domain.notice_text import line_of
from dispatch.enums import (
    DEPARTMENT_ROLES,
    NotificationChannel,
    NotificationKind,
    NotificationState,
)
from dispatch.models import Announcement, Notification, Ticket
from xiangcun.lib import bell
from xiangcun.lib.rows import insert_row
from xiangcun.lib.text import mask_contacts

SPREAD_TASK = "dispatch.spread_notifications"


def notify_staff(
    kind: NotificationKind,
    *,
    users: Iterable[int],
    ticket: Ticket | None,
    text: str,
    now: datetime,
    url: str = "",
    urgent: bool = False,
    key: str,
) -> None:
    """Tell these accounts: in their inbox at once, and by mail as each of them wishes.

    ``text`` is a Chinese sentence without the ticket's number or title: both are added, the title
    never for a confidential ticket. ``url`` is a path of the console for what is no ticket.
    """
    people = sorted(set(users))
    if not people:
        return
    announcement = Announcement(
        key=key, kind=kind, ticket=ticket, users=people, text=_line(text, ticket), url=url,
        urgent=urgent, created_at=now,
    )  # fmt: skip
    if write_announcement(announcement):
        rows = [_inbox_row(announcement, user_id) for user_id in people]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)


def notify_department(
    kind: NotificationKind,
    *,
    department_id: int,
    ticket: Ticket | None,
    text: str,
    now: datetime,
    urgent: bool = False,
    key: str,
) -> None:
    """Tell a department's handlers and heads, and its robot."""
    write_announcement(
        Announcement(
            key=key,
            kind=kind,
            ticket=ticket,
            department_id=department_id,
            roles=sorted(DEPARTMENT_ROLES),
            text=_line(text, ticket),
            urgent=urgent,
            created_at=now,
        )
    )


def write_announcement(announcement: Announcement) -> bool:
    """Insert the row and ring for it; False when its key is there already."""
    try:
        with transaction.atomic():
            insert_row(announcement)
    except IntegrityError:
        return False
    bell.ring_on_commit(SPREAD_TASK)
    return True


def delivery_values(announcement: Announcement) -> dict[str, Any]:
    """Return the columns that every delivery of the announcement shares."""
    return {
        "kind": announcement.kind,
        "ticket_id": announcement.ticket_id,
        "text": announcement.text,
        "url": announcement.url,
        "urgent": announcement.urgent,
        "created_at": announcement.created_at,
    }


def _line(text: str, ticket: Ticket | None) -> str:
    return line_of(mask_contacts(" ".join(text.split())), ticket)


def _inbox_row(announcement: Announcement, user_id: int) -> Notification:
    return Notification(
        key=inbox_key(announcement.key, user_id),
        user_id=user_id,
        channel=NotificationChannel.INBOX,
        state=NotificationState.SENT,
        sent_at=announcement.created_at,
        **delivery_values(announcement),
    )


def inbox_key(key: str, user_id: int) -> str:
    """Return the key of one person's inbox line: the same whoever writes it first."""
    return f"{key}/inbox/{user_id}"
