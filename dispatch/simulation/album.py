"""Synthetic pictures: drawn, small, and marked, so that results have the photo they need."""

from __future__ import annotations

import io
from datetime import datetime
from random import Random
from uuid import UUID

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.models import Photo, Resident

_SIZE = (320, 240)
_SKY, _GROUND = (188, 206, 222), (150, 150, 142)
_CLEAN, _MESS = (96, 140, 96), (120, 96, 72)
_STAFF_PHOTOS = 6


class Album:
    """Staff share a handful of photos; a resident's photo is their own row."""

    def __init__(self, dice: Random, *, since: datetime) -> None:
        self._dice = dice
        self._after = [self._store(None, clean=True, now=since) for _ in range(_STAFF_PHOTOS)]

    def after(self, dice: Random) -> UUID:
        """Return a photo that shows the place in order."""
        return dice.choice(self._after).pk

    def before(self, resident: Resident, *, now: datetime) -> UUID:
        """Return a new photo of the resident that shows what is wrong."""
        return self._store(resident, clean=False, now=now).pk

    def _store(self, resident: Resident | None, *, clean: bool, now: datetime) -> Photo:
        file = ContentFile(draw(self._dice, clean=clean), name="demo.jpg")
        photo, _created = store_photo(file, resident=resident, now=now)
        process_photo(photo.pk, now=now)
        return photo


def draw(dice: Random, *, clean: bool) -> bytes:
    """Return a JPEG: sky, ground, and what lies about on it, or does not."""
    width, height = _SIZE
    picture = Image.new("RGB", _SIZE, _SKY)
    pen = ImageDraw.Draw(picture)
    horizon = dice.randint(90, 130)
    pen.rectangle((0, horizon, width, height), fill=_GROUND)
    for _ in range(4 if clean else 14):
        left, top = dice.randint(0, width - 40), dice.randint(horizon, height - 20)
        colour = _CLEAN if clean else tuple(max(0, part + dice.randint(-40, 60)) for part in _MESS)
        pen.ellipse(
            (left, top, left + dice.randint(12, 40), top + dice.randint(8, 20)), fill=colour
        )
    pen.text((8, 8), "DEMO", fill=(255, 255, 255))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=70)
    return file.getvalue()
