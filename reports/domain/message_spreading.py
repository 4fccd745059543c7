"""From a message to its deliveries: by which way, and not before when.

A batch is spread in one transaction with a fixed number of queries. Of two workers on the same batch
the second finds the deliveries there and writes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from reports.domain.message_ways import WayBook, read_ways
from reports.enums import MessageTemplate
from reports.models import MessageDelivery, ResidentMessage
from xiangcun.lib.quiet import QuietHours, first_moment
from xiangcun.lib.workdays import WorkCalendar

BATCH = 500
SETTLING = timedelta(seconds=60)
"""A step is often followed by another at once: what waits so long becomes one message."""

_EVERY_DAY = WorkCalendar({})


def spread_messages(*, now: datetime) -> int:
    """Decide the ways of up to ``BATCH`` messages; return how many messages that were."""
    with transaction.atomic():
        messages = list(_waiting())
        if not messages:
            return 0
        book = read_ways(message.resident_id for message in messages)
        deliveries = [
            delivery
            for message in messages
            if (delivery := _delivery(message, book, now=now)) is not None
        ]
        MessageDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        keys = [message.pk for message in messages]
        ResidentMessage.objects.filter(pk__in=keys).update(spread_at=now)
    return len(messages)


def fall_back_to_sms(messages: Sequence[ResidentMessage], *, now: datetime) -> int:
    """Let a text message tell what WeChat could not, where that is worth one; return how many."""
    book = read_ways(message.resident_id for message in messages)
    rows = []
    for message in messages:
        way = book.by_sms(message.resident, MessageTemplate(message.template))
        if way is not None:
            rows.append(_row(message, way.channel, "", not_before=earliest(message.urgent, now)))
    MessageDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def earliest(urgent: bool, moment: datetime) -> datetime:  # noqa: FBT001 - reads as it sounds
    """Return when a message may leave the house: at once when urgent, else outside the quiet hours."""
    if urgent:
        return moment
    start, end = settings.RESIDENT_QUIET_HOURS or (None, None)
    return first_moment(moment, QuietHours(start, end, rest_days=False), _EVERY_DAY)


def _waiting() -> QuerySet[ResidentMessage]:
    rows = ResidentMessage.objects.filter(spread_at__isnull=True).select_related("resident")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    return rows.order_by("-urgent", "id")[:BATCH]


def _delivery(message: ResidentMessage, book: WayBook, *, now: datetime) -> MessageDelivery | None:
    way = book.first_way(message.resident, MessageTemplate(message.template))
    if way is None:
        return None
    settled = now if message.urgent else message.created_at + SETTLING
    not_before = earliest(message.urgent, max(now, settled))
    return _row(message, way.channel, way.template_id, not_before=not_before)


def _row(
    message: ResidentMessage, channel: str, template_id: str, *, not_before: datetime
) -> MessageDelivery:
    return MessageDelivery(
        message=message,
        resident_id=message.resident_id,
        channel=channel,
        template_id=template_id,
        urgent=message.urgent,
        not_before=not_before,
        created_at=message.created_at,
    )
