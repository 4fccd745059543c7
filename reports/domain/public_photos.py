"""Photos for the public: released one by one by staff, drawn anew with what they painted over."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.enums import PhotoStatus, PublicPhotoKind
from reports.models import Photo, PublicPhoto, PublicPhotoReport
from reports.queries.photo_links import LARGE
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.redaction import Drawn, Rectangle, redact

logger = logging.getLogger(__name__)

PUBLIC_SIZES = (1280, 320)
_LOCK_ORDER = "pk"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Finished files that no row names yet: to be released or discarded."""

    rectangles: tuple[Rectangle, ...]
    token: str
    keys: Mapping[str, str]
    width: int
    height: int


def draw_photo(photo: Photo, rectangles: Sequence[Rectangle]) -> Drawing:
    """Draw the public renditions of ``photo`` with ``rectangles`` painted over; writes no row.

    A tenth of a second of work: call it before the transaction. Raises ``photo_not_ready`` while
    there is no rendition to draw from.
    """
    key = photo.renditions.get(LARGE)
    if photo.status != PhotoStatus.READY or not isinstance(key, str):
        raise ConflictError("photo_not_ready", _("照片还在处理或已损坏，暂时不能公开"))
    with default_storage.open(key, "rb") as file:
        drawn = redact(file, rectangles, PUBLIC_SIZES)
    token, largest = secrets.token_hex(16), drawn[max(drawn)]
    return Drawing(tuple(rectangles), token, _save(token, drawn), largest.width, largest.height)


def discard_drawing(drawing: Drawing) -> None:
    """Delete the files of a drawing that was not released."""
    _delete_files(drawing.keys.values())


def release_drawing(
    photo: Photo,
    drawing: Drawing,
    report_ids: Sequence[int],
    *,
    kind: PublicPhotoKind,
    now: datetime,
) -> PublicPhoto:
    """Show the drawing beside these reports, instead of an earlier one of the same photo.

    The earlier files go after the commit; their links are dead with it.
    """
    with transaction.atomic():
        # The photo's row is the lock: two people who release the same photo take turns.
        Photo.objects.select_for_update(no_key=True).get(pk=photo.pk)
        public = PublicPhoto.objects.filter(photo=photo).first() or PublicPhoto(photo=photo)
        old = list(public.renditions.values())
        public.kind, public.token, public.renditions = kind, drawing.token, dict(drawing.keys)
        public.rectangles = [rectangle.as_list() for rectangle in drawing.rectangles]
        public.width, public.height, public.drawn_at = drawing.width, drawing.height, now
        public.save()
        links = [
            PublicPhotoReport(public_photo=public, report_id=report_id, released_at=now)
            for report_id in dict.fromkeys(report_ids)
        ]
        PublicPhotoReport.objects.bulk_create(links, ignore_conflicts=True)
        transaction.on_commit(partial(_delete_files, old))
    return public


def withdraw_photo(
    photo_id: uuid.UUID, *, report_ids: Sequence[int] | None = None, now: datetime
) -> bool:
    """Take a photo from these reports' public pages (``None``: from all); False if it was not there.

    Its links answer 404 from the commit on.
    """
    links = PublicPhotoReport.objects.filter(public_photo__photo=photo_id)
    if report_ids is not None:
        links = links.filter(report__in=list(report_ids))
    gone = withdraw_from_reports(links)
    if gone:
        logger.info("public_photo_withdrawn photo=%s at=%s", photo_id, now.isoformat())
    return gone > 0


def withdraw_from_reports(links: QuerySet[PublicPhotoReport]) -> int:
    """Delete these links, and what nothing shows any more with its files; return how many links."""
    with transaction.atomic():
        ids = sorted(set(links.values_list("public_photo", flat=True)))
        rows = PublicPhoto.objects.select_for_update().filter(pk__in=ids).order_by(_LOCK_ORDER)
        photos = {row.pk: row for row in rows}
        count, _by_model = links.delete()
        still_shown = PublicPhotoReport.objects.filter(public_photo__in=ids)
        lonely = set(photos) - set(still_shown.values_list("public_photo", flat=True))
        for pk in lonely:
            transaction.on_commit(partial(_delete_files, list(photos[pk].renditions.values())))
        PublicPhoto.objects.filter(pk__in=lonely).delete()
    return count


def _save(token: str, drawn: Mapping[int, Drawn]) -> dict[str, str]:
    """Save every size under a name nobody can guess; all or none."""
    keys: dict[str, str] = {}
    try:
        for size, picture in drawn.items():
            name = f"public/{token[:2]}/{token}-{size}.jpg"
            keys[str(size)] = default_storage.save(name, ContentFile(picture.data))
    except BaseException:
        _delete_files(keys.values())
        raise
    return keys


def _delete_files(keys: Iterable[str]) -> None:
    for key in keys:
        default_storage.delete(key)
