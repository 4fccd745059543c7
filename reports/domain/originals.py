"""Originals go: what a camera wrote into a file (place, time, device, owner) is kept no longer than needed.

The clean renditions stay, they are what everybody looks at. A row asks for it (``strip_at``), a task
does it, a sweep does what the task missed; until the file is gone the row says so.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.enums import PhotoStatus
from reports.models import Photo
from xiangcun.lib import bell

logger = logging.getLogger(__name__)

STRIP_TASK = "reports.strip_originals"
SWEEP_BATCH = 200


def disown_photos(photos: QuerySet[Photo], *, now: datetime) -> None:
    """Cut photos off their owner, in the caller's transaction: link, fingerprint and EXIF columns.

    The fingerprint goes, too: it would recognise the same file in somebody's phone.
    """
    photos.update(
        resident=None, sha256="", taken_at=None, exif_lat=None, exif_lng=None, strip_at=now
    )
    bell.ring_on_commit(STRIP_TASK)


def strip_originals(*, now: datetime) -> int:
    """Delete the originals that rows ask to have deleted; return how many are gone.

    A photo that is still to be drawn is left for the next time: its rendition needs the original.
    """
    asked = Photo.objects.filter(strip_at__lte=now).exclude(original="")
    done = asked.exclude(status=PhotoStatus.PENDING).order_by("strip_at")
    return sum(_strip(key) for key in list(done.values_list("pk", flat=True)[:SWEEP_BATCH]))


def _strip(photo_id: uuid.UUID) -> bool:
    """Delete one file, then say so: a crash between the two deletes a file that is gone already."""
    with transaction.atomic():
        rows = Photo.objects.select_for_update(skip_locked=True).exclude(original="")
        photo = rows.filter(pk=photo_id).first()
        if photo is None:
            return False
        try:
            default_storage.delete(photo.original)
        except OSError:
            logger.exception("photo_strip_failed photo=%s", photo_id)
            return False
        photo.original, photo.taken_at = "", None
        photo.exif_lat = photo.exif_lng = None
        columns = ["original", "taken_at", "exif_lat", "exif_lng"]
        if photo.status == PhotoStatus.BROKEN:
            photo.failure = _("照片无法显示，原图已按期清除")
            columns.append("failure")
        photo.save(update_fields=columns)
    logger.info("photo_original_stripped photo=%s", photo_id)
    return True
