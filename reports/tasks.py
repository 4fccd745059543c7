"""Background work of the resident's world: ids in, one domain call, safe to run twice."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from reports.domain import checks, photo_processing, photos, publication, sessions


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
