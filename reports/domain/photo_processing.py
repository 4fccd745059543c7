"""Photos are drawn: renditions made once, in a worker, whatever became of the bell."""

from __future__ import annotations

import logging
import os
import uuid
from datetime import datetime, timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils.translation import gettext as _

from reports.domain.photos import photo_folder
from reports.enums import PhotoStatus
from reports.models import Photo
from xiangcun.lib import images
from xiangcun.lib.errors import InvalidInputError

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
LEASE = timedelta(seconds=60)
SWEEP_AFTER = timedelta(seconds=10)
SWEEP_BATCH = 20
_BOXED = ("image/heic", "image/heif")
_KNOWN_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip"})


def process_photo(photo_id: uuid.UUID, *, now: datetime) -> bool:
    """Draw the renditions of a pending photo; return whether this call settled it.

    Safe to run twice and at the same time: a lease of a minute lets one worker in, and the file of
    a worker that lost is deleted. Bytes that cannot be decoded make the photo ``broken``. A storage
    that fails raises; the sweep comes back, and after ``MAX_ATTEMPTS`` the photo is ``broken``.
    """
    if not _take_lease(photo_id, now=now):
        return False
    photo = Photo.objects.get(pk=photo_id)
    if photo.attempts > MAX_ATTEMPTS:
        return _mark_broken(photo_id, _("照片多次处理失败"))
    try:
        with default_storage.open(photo.original, "rb") as file:
            if photo.mime in _BOXED and _ends_early(file):
                raise images.BrokenImageError
            drawn = images.render(file)
    except InvalidInputError as error:
        return _mark_broken(photo_id, error.message)
    except FileNotFoundError:
        return _mark_broken(photo_id, _("照片文件丢失"))
    return _keep_renditions(photo_id, drawn)


def sweep_pending_photos(*, now: datetime) -> int:
    """Draw photos whose bell was lost or whose worker died; return how many were settled.

    Works through a bounded batch itself instead of ringing again: a long queue must not make itself
    longer every few seconds. One photo that fails stops no other.
    """
    waiting = (
        Photo.objects.filter(_unleased(now), status=PhotoStatus.PENDING)
        .filter(created_at__lt=now - SWEEP_AFTER)
        .order_by("created_at")
        .values_list("pk", flat=True)[:SWEEP_BATCH]
    )
    settled = 0
    for photo_id in list(waiting):
        try:
            settled += process_photo(photo_id, now=now)
        except OSError:
            logger.exception("photo_sweep_failed photo=%s", photo_id)
    return settled


def _ends_early(file: IO[bytes]) -> bool:
    """Whether a top-level box of a HEIF file (ISO 14496-12, 4.2) is longer than the file.

    The decoder paints the tiles that are missing in plain green and reports success. The walk ends
    at the first box it does not know: phones append trailers of their own.
    """
    total = file.seek(0, os.SEEK_END)
    at, early = 0, False
    while at < total and not early:
        file.seek(at)
        header = file.read(16)
        size, start = int.from_bytes(header[:4], "big"), 8
        if header[4:8] not in _KNOWN_BOXES or size == 0:
            break
        if size == 1:
            size, start = int.from_bytes(header[8:16], "big"), 16
        if size < start:
            break
        at += size
        early = at > total
    file.seek(0)
    return early


def _keep_renditions(photo_id: uuid.UUID, drawn: dict[int, bytes]) -> bool:
    """Save all sizes, then name them in the row at once: no half-written file is ever served.

    What was saved is deleted again when a later size cannot be, or when another worker was faster.
    """
    keys: dict[str, str] = {}
    settled = False
    try:
        for size, data in drawn.items():
            key = f"{photo_folder(photo_id)}/{size}.jpg"
            keys[str(size)] = default_storage.save(key, ContentFile(data))
        settled = _settle(photo_id, status=PhotoStatus.READY, renditions=keys)
    finally:
        if not settled:
            for key in keys.values():
                default_storage.delete(key)
    return settled


def _unleased(now: datetime) -> Q:
    return Q(attempted_at__isnull=True) | Q(attempted_at__lt=now - LEASE)


def _take_lease(photo_id: uuid.UUID, *, now: datetime) -> bool:
    """Count the attempt before it begins: a photo that kills its worker is counted as well."""
    pending = Photo.objects.filter(_unleased(now), pk=photo_id, status=PhotoStatus.PENDING)
    return pending.update(attempted_at=now, attempts=F("attempts") + 1) == 1


def _mark_broken(photo_id: uuid.UUID, failure: str) -> bool:
    logger.warning("photo_broken photo=%s", photo_id)
    return _settle(photo_id, status=PhotoStatus.BROKEN, failure=failure[:200])


def _settle(photo_id: uuid.UUID, **columns: object) -> bool:
    """Write the outcome unless another worker already has."""
    return Photo.objects.filter(pk=photo_id, status=PhotoStatus.PENDING).update(**columns) == 1
