"""Background work of the resident's world: ids in, one domain call, safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from reports.domain import (
    checks,
    erasing,
    joining,
    originals,
    phone_codes,
    photo_processing,
    photos,
    point_expiry,
    publication,
    retention,
    reward_ends,
    senders,
    sessions,
)
from reports.domain.message_outbox import DELIVER_TASK, requeue_lapsed
from reports.domain.message_outbox import deliver_messages as deliver
from reports.domain.message_spreading import spread_messages as spread
from reports.domain.messages import SPREAD_TASK
from reports.domain.subscriptions import fold_ledger
from reports.queries.messages import channels_due, is_waiting
from xiangcun.lib import bell


@shared_task(name="reports.process_photo")
def process_photo(photo_id: str) -> None:
    """Draw one photo's renditions."""
    photo_processing.process_photo(uuid.UUID(photo_id), now=timezone.now())


@shared_task(name="reports.sweep_pending_photos")
def sweep_pending_photos() -> None:
    """Draw the photos whose bell was lost."""
    photo_processing.sweep_pending_photos(now=timezone.now())


@shared_task(name="reports.sweep_orphan_photos")
def sweep_orphan_photos() -> None:
    """Delete photos that nothing claimed within a day."""
    photos.sweep_orphan_photos(now=timezone.now())


@shared_task(name="reports.sweep_expired_tokens")
def sweep_expired_tokens() -> None:
    """Delete tokens whose time is over."""
    sessions.sweep_expired_tokens(now=timezone.now())


@shared_task(name="reports.check_content")
def check_content(report_id: int) -> None:
    """Ask the platform about one report's words and pictures."""
    checks.check_content(report_id, now=timezone.now())


@shared_task(name="reports.sweep_content_checks")
def sweep_content_checks() -> None:
    """Ask again what is due, and give up what nobody answered."""
    checks.sweep_content_checks(now=timezone.now())


@shared_task(name="reports.open_gates")
def open_gates() -> None:
    """Show what the office and the gate agreed on at the same moment."""
    publication.open_gates(now=timezone.now())


@shared_task(name="reports.spread_messages")
def spread_messages() -> None:
    """Decide by which ways new messages leave the house, and ring for the channels."""
    spread(now=timezone.now())
    ring_channels()
    if is_waiting():
        bell.ring(SPREAD_TASK)


@shared_task(name="reports.sweep_messages")
def sweep_messages() -> None:
    """Find what lost its bell, and what a dead worker was sending."""
    requeue_lapsed(now=timezone.now())
    spread_messages()


@shared_task(name="reports.deliver_messages")
def deliver_messages(channel: str) -> None:
    """Send what is due on one channel; it may wait for a server that hangs."""
    deliver(channel, now=timezone.now())


@shared_task(name="reports.fold_subscriptions")
def fold_subscriptions() -> None:
    """Put old lines of the subscription ledger together."""
    fold_ledger(now=timezone.now())


def ring_channels() -> None:
    """Ring for every channel with something due."""
    for channel in channels_due(now=timezone.now()):
        bell.ring(DELIVER_TASK, channel)


@shared_task(name="reports.sweep_phone_codes")
def sweep_phone_codes() -> None:
    """Delete the traces of codes that were sent more than a day ago."""
    phone_codes.sweep_phone_codes(now=timezone.now())


@shared_task(name="reports.sweep_absorbed")
def sweep_absorbed() -> None:
    """Bring after what was on its way when two rows of one person became one."""
    joining.sweep_absorbed(now=timezone.now())


@shared_task(name="reports.strip_originals")
def strip_originals() -> None:
    """Delete the original files that erasures and retention ask to have deleted."""
    originals.strip_originals(now=timezone.now())


@shared_task(name="reports.run_retention")
def run_retention() -> None:
    """Clear away what has been kept long enough; what is left over waits for the next night."""
    retention.run_retention(now=timezone.now())


@shared_task(name="reports.forget_senders")
def forget_senders() -> None:
    """Empty the digests of devices and addresses after a month."""
    senders.forget_senders(now=timezone.now())


@shared_task(name="reports.sweep_leftovers")
def sweep_leftovers() -> None:
    """Forget what came in while its person was being erased."""
    erasing.sweep_leftovers(now=timezone.now())


@shared_task(name="reports.expire_points")
def expire_points() -> None:
    """End points that are over their time, and tell whom it will soon."""
    point_expiry.expire_points(now=timezone.now())


@shared_task(name="reports.expire_redemptions")
def expire_redemptions() -> None:
    """Give back what nobody came for."""
    reward_ends.expire_redemptions(now=timezone.now())
