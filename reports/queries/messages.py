"""Reading messages: a resident's inbox, what may still be sent to whom, what staff see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum

from reports.enums import DeliveryState, SmsPurpose
from reports.models import (
    MessageDelivery,
    MessagePreference,
    ResidentMessage,
    SmsLog,
    SubscriptionGrant,
)
from reports.models.messages import OUTBOUND

UNREAD_CAP = 99
COUNT_CAP = 100
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages wait to be read; ``more`` when there are more than ``count``."""

    count: int
    more: bool


def inbox(resident_id: int, *, unread: bool = False) -> QuerySet[ResidentMessage]:
    """Return one's messages with the reports they are about; unordered, for a page of them."""
    rows = ResidentMessage.objects.filter(resident_id=resident_id).select_related("report")
    return rows.filter(read_at__isnull=True) if unread else rows


def unread_of(resident_id: int) -> Unread:
    """Count what is unread, at most ``UNREAD_CAP`` (one query on a partial index)."""
    rows = ResidentMessage.objects.filter(resident_id=resident_id, read_at__isnull=True)
    found = rows[: UNREAD_CAP + 1].count()
    return Unread(min(found, UNREAD_CAP), found > UNREAD_CAP)


def messages_of(resident_id: int) -> QuerySet[ResidentMessage]:
    """Return all messages of a person, oldest first, for the export of their data."""
    return inbox(resident_id).order_by("id")


def subscription_lines(resident_id: int) -> QuerySet[SubscriptionGrant]:
    """Return the subscription ledger of a person, oldest first, for the export of their data."""
    return SubscriptionGrant.objects.filter(resident_id=resident_id).order_by("id")


def balances(resident_ids: Iterable[int]) -> Mapping[tuple[int, str], int]:
    """Return how many messages of each template each person may still be sent (one query)."""
    rows = (
        SubscriptionGrant.objects.filter(resident_id__in=set(resident_ids))
        .values_list("resident_id", "template_id")
        .annotate(left=Sum("change"))
        .order_by()
    )
    return {(resident_id, template): max(0, left) for resident_id, template, left in rows}


def preferences(resident_ids: Iterable[int]) -> Mapping[int, MessagePreference]:
    """Return what each of them switched; who switched nothing is missing (one query)."""
    rows = MessagePreference.objects.filter(resident_id__in=set(resident_ids))
    return {row.resident_id: row for row in rows}


def notices_sent_since(resident_id: int, moment: datetime) -> int:
    """Count the text messages (no codes) that went to a person since ``moment``."""
    rows = SmsLog.objects.filter(
        resident_id=resident_id, purpose=SmsPurpose.NOTICE, trouble="", at__gte=moment
    )
    return rows.count()


def stuck_page(*, before: int | None, size: int) -> Sequence[MessageDelivery]:
    """Return stuck deliveries, newest first, one more than ``size`` where there is a further page.

    The person is not read: staff see what failed, not whom it was for.
    """
    rows = MessageDelivery.objects.filter(state=DeliveryState.STUCK)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("message__report").order_by("-pk")[: size + 1])


def stuck_count() -> int:
    """Return how many deliveries are stuck, at most ``COUNT_CAP``."""
    return MessageDelivery.objects.filter(state=DeliveryState.STUCK)[:COUNT_CAP].count()


def late_count(*, now: datetime) -> int:
    """Return how many messages nobody looked at in time, at most ``COUNT_CAP``."""
    rows = ResidentMessage.objects.filter(spread_at__isnull=True, created_at__lt=now - LONGEST_WAIT)
    return rows[:COUNT_CAP].count()


def delivery_counts(*, since: datetime) -> Mapping[tuple[str, str], int]:
    """Return how many deliveries since then are in which state, by (channel, state)."""
    rows = (
        MessageDelivery.objects.filter(created_at__gte=since)
        .values_list("channel", "state")
        .annotate(count=Count("id"))
        .order_by()
    )
    return {(channel, state): count for channel, state, count in rows}


def skip_reasons(*, since: datetime, most: int = 8) -> Sequence[tuple[str, int]]:
    """Return why deliveries since then were not sent, the commonest first."""
    rows = (
        MessageDelivery.objects.filter(created_at__gte=since, state=DeliveryState.SKIPPED)
        .values_list("reason")
        .annotate(count=Count("id"))
        .order_by("-count", "reason")[:most]
    )
    return [(reason, count) for reason, count in rows]


def channels_due(*, now: datetime) -> Sequence[str]:
    """Return the channels with something to send (one query)."""
    rows = MessageDelivery.objects.filter(
        state__in=OUTBOUND, state=DeliveryState.QUEUED, not_before__lte=now
    )
    return sorted(rows.order_by().values_list("channel", flat=True).distinct())


def is_waiting() -> bool:
    """Whether a message waits for its ways to be decided."""
    return ResidentMessage.objects.filter(spread_at__isnull=True).exists()
