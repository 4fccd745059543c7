"""Signed, expiring links to photos: the only way a photo's bytes leave the storage.

A link is a path, ``/media/photos/<photo>.<size>.<expiry>:<signature>``. Its expiry is rounded up to
the hour, so every answer of the same hour carries the same link and a phone's cache can keep it.
Originals carry EXIF: they have a signature of their own and a short life.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from reports.enums import PhotoStatus
from reports.models import Photo
from xiangcun.lib.images import RENDITION_SIZES

ORIGINAL = "original"
LARGE, MEDIUM, THUMBNAIL = (str(size) for size in RENDITION_SIZES)
SIZES = (LARGE, MEDIUM, THUMBNAIL)

# Seven full hours: a page left open over a working day still shows its photos.
_RENDITION_HOURS = 7
_ORIGINAL_LIFE = timedelta(minutes=10)
_HOUR = 3600
_RENDITION_SIGNER_SALT = "reports.photo"
_ORIGINAL_SIGNER_SALT = "reports.photo.original"


class ExpiredLinkError(Exception):
    """The link was ours and its time is over."""


class BadLinkError(Exception):
    """The link was never ours."""


@dataclass(frozen=True, slots=True)
class PhotoLink:
    """What a valid token grants: one size of one photo until ``expires_at`` (aware UTC)."""

    photo_id: uuid.UUID
    size: str
    expires_at: datetime


def photo_url(photo: Photo, size: str | int, *, now: datetime | None = None) -> str | None:
    """Return the path of one size (``"1600"``, ``"480"``, ``"160"``, ``"original"``) of a photo.

    ``None`` while there is nothing to show (renditions pending, photo broken). Whoever holds the
    link may look: ask for ``"original"`` only after checking the permission of the person.
    """
    moment = now or timezone.now()
    name = str(size)
    if name == ORIGINAL:
        expires = int((moment + _ORIGINAL_LIFE).timestamp())
        return _path(photo.pk, name, expires, _ORIGINAL_SIGNER_SALT)
    if name not in SIZES:
        raise ValueError(f"unknown photo size {name!r}")
    if photo.status != PhotoStatus.READY:
        return None
    expires = (int(moment.timestamp()) // _HOUR + 1 + _RENDITION_HOURS) * _HOUR
    return _path(photo.pk, name, expires, _RENDITION_SIGNER_SALT)


def read_link(token: str, *, now: datetime) -> PhotoLink:
    """Check a token; raises :class:`BadLinkError` or :class:`ExpiredLinkError`."""
    parts = token.split(":", 1)[0].split(".")
    if len(parts) != len(("photo", "size", "expiry")):
        raise BadLinkError
    photo_id, size, expires = parts
    salt = _ORIGINAL_SIGNER_SALT if size == ORIGINAL else _RENDITION_SIGNER_SALT
    try:
        Signer(salt=salt).unsign(token)
        link = PhotoLink(
            photo_id=uuid.UUID(hex=photo_id),
            size=size,
            expires_at=datetime.fromtimestamp(int(expires, 36), tz=UTC),
        )
    except (BadSignature, ValueError, OverflowError, OSError) as error:
        raise BadLinkError from error
    if link.expires_at <= now:
        raise ExpiredLinkError
    return link


def storage_key(photo: Photo, size: str) -> str | None:
    """Return the storage key of one size of a photo, ``None`` when it does not exist."""
    if size == ORIGINAL:
        return photo.original or None
    key = photo.renditions.get(size)
    return key if isinstance(key, str) else None


def _path(photo_id: uuid.UUID, size: str, expires: int, salt: str) -> str:
    token = Signer(salt=salt).sign(f"{photo_id.hex}.{size}.{_base36(expires)}")
    return reverse("photo-file", args=(token,))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits
