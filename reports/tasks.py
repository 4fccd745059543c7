"""Background work of the resident's world: ids in, one domain call, safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from reports.domain import originals, photo_processing, photos, retention, sessions


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


@shared_task(name="reports.strip_originals")
def strip_originals() -> None:
    """Delete the original files that erasures and retention ask to have deleted."""
    originals.strip_originals(now=timezone.now())


@shared_task(name="reports.run_retention")
def run_retention() -> None:
    """Clear away what has been kept long enough; what is left over waits for the next night."""
    retention.run_retention(now=timezone.now())
