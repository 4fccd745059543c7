"""Background work of the resident's world: ids in, one domain call, safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from reports.domain import photo_processing, photos, senders, sessions


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


@shared_task(name="reports.forget_senders")
def forget_senders() -> None:
    """Empty the digests of devices and addresses after a month."""
    senders.forget_senders(now=timezone.now())
