"""Photos come in: stored once per resident, claimed by reports, swept when nobody wants them."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from reports.models import Photo, Resident
from reports.queries.photo_links import photo_url
from xiangcun.lib import bell, images
from xiangcun.lib.errors import FieldError, InvalidInputError

__all__ = ["claim_photos", "photo_url", "store_photo", "sweep_orphan_photos"]

logger = logging.getLogger(__name__)

ORPHAN_AGE = timedelta(hours=24)
PROCESS_TASK = "reports.process_photo"
_SWEEP_BATCH = 500
_CHUNK_BYTES = 256 * 1024
_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
}


def store_photo(
    file: File[bytes], *, resident: Resident | None, now: datetime
) -> tuple[Photo, bool]:
    """Keep an uploaded file; return its row and whether it is new.

    Type and limits are checked by the bytes (errors of :func:`xiangcun.lib.images.inspect`). The
    file is safely in the storage before the row exists, the row before the caller answers. The same
    bytes of the same resident are the same photo; ``resident`` is ``None`` for a photo of the staff.
    """
    info = images.inspect(file)
    digest = _digest(file)
    if resident is not None:
        known = Photo.objects.filter(resident=resident, sha256=digest).first()
        if known is not None and _keep_another_day(known, now=now):
            return known, False
    photo = Photo(
        resident=resident,
        sha256=digest,
        mime=info.mime,
        size=file.size,
        width=info.width,
        height=info.height,
        taken_at=info.taken_at,
        exif_lat=info.exif_lat,
        exif_lng=info.exif_lng,
        created_at=now,
    )
    file.seek(0)
    folder = photo_folder(photo.pk)
    photo.original = default_storage.save(f"{folder}/original.{_EXTENSIONS[info.mime]}", file)
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
            bell.ring_on_commit(PROCESS_TASK, str(photo.pk))
    except IntegrityError:
        # Another upload of the same bytes came first; its row is the photo, our file is nobody's.
        default_storage.delete(photo.original)
        return Photo.objects.get(resident=resident, sha256=digest), False
    except BaseException:
        default_storage.delete(photo.original)
        raise
    return photo, True


def photo_folder(photo_id: uuid.UUID) -> str:
    """Return the storage prefix of a photo: 256 shelves, so that no folder grows without end."""
    return f"photos/{photo_id.hex[:2]}/{photo_id}"


def claim_photos(ids: Sequence[uuid.UUID], *, resident: Resident | None, now: datetime) -> None:
    """Take photos for a report or an event, in the caller's transaction.

    One UPDATE says both that every photo exists and that it is this resident's (``None``: the
    staff's). Raises ``photo_not_found`` on ``photos[i]`` otherwise. A photo may be claimed again.
    """
    if not ids:
        return
    mine = Photo.objects.filter(pk__in=ids, resident=resident)
    if mine.update(claimed_at=Coalesce("claimed_at", Value(now))) == len(set(ids)):
        return
    known = set(Photo.objects.filter(pk__in=ids, resident=resident).values_list("pk", flat=True))
    message = _("照片不存在或已过期，请重新上传")
    raise InvalidInputError(
        "photo_not_found",
        message,
        errors=tuple(
            FieldError(f"photos[{index}]", "photo_not_found", message)
            for index, photo_id in enumerate(ids)
            if photo_id not in known
        ),
    )


def sweep_orphan_photos(*, now: datetime) -> int:
    """Delete photos that nothing claimed within a day, rows and files; return how many."""
    orphans = Photo.objects.filter(claimed_at__isnull=True, created_at__lt=now - ORPHAN_AGE)
    ids = list(orphans.order_by("created_at").values_list("pk", flat=True)[:_SWEEP_BATCH])
    return sum(_delete_orphan(photo_id, now=now) for photo_id in ids)


@transaction.atomic
def _delete_orphan(photo_id: uuid.UUID, *, now: datetime) -> bool:
    """Delete one photo unless it was claimed or sent again since: the row lock decides."""
    photo = (
        Photo.objects.select_for_update(skip_locked=True)
        .filter(pk=photo_id, claimed_at__isnull=True, created_at__lt=now - ORPHAN_AGE)
        .first()
    )
    if photo is None:
        return False
    _delete_with_files(photo)
    logger.info("photo_orphan_deleted photo=%s", photo_id)
    return True


def drop_unclaimed(photos: QuerySet[Photo]) -> None:
    """Delete photos that no report took, rows and files, in the caller's transaction."""
    for photo in photos.select_for_update().filter(claimed_at__isnull=True):
        _delete_with_files(photo)


def _delete_with_files(photo: Photo) -> None:
    """Delete the row now and the files after the commit: a row rolled back must not have lost them."""
    keys = [key for key in (photo.original, *photo.renditions.values()) if key]
    photo.delete()
    transaction.on_commit(partial(_delete_files, keys))


def _delete_files(keys: Sequence[str]) -> None:
    for key in keys:
        default_storage.delete(key)


def _keep_another_day(photo: Photo, *, now: datetime) -> bool:
    """Restart the day of an orphan that is sent again: its report is on the way.

    False when the sweep has deleted the row since it was read: the upload must be stored anew.
    """
    if photo.claimed_at is not None:
        return True
    orphan = Photo.objects.filter(pk=photo.pk, claimed_at__isnull=True)
    return bool(orphan.update(created_at=now)) or Photo.objects.filter(pk=photo.pk).exists()


def _digest(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
