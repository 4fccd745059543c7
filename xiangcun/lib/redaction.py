"""Pictures with parts painted over: faces, number plates and house numbers before the public sees them.

Painted, not blurred: what is blurred can be computed back. The picture is drawn anew from its pixels,
so neither EXIF nor a preview of the old picture is left in the file.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.images import JPEG_QUALITY, render

MAX_RECTANGLES = 30
MIN_SIDE = 0.003
"""A thinner rectangle is a slip of the finger: it would cover nothing and look as if it did."""
_FULL = 1600
_INK = (38, 42, 48)
_MARGIN = 2
"""Pixels around a rectangle that are painted as well: JPEG smears edges into their neighbours."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of the upright picture, in fractions of its width and height."""

    left: float
    top: float
    width: float
    height: float

    def as_list(self) -> list[float]:
        """Return what is stored and what the screen draws from."""
        return [round(value, 5) for value in (self.left, self.top, self.width, self.height)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One finished file with its size in pixels."""

    data: bytes
    width: int
    height: int


def read_rectangles(given: object) -> list[Rectangle]:
    """Return the rectangles of ``[[left, top, width, height], …]``, cut to the picture.

    Raises ``rectangles_invalid`` for anything else, ``too_many_rectangles`` beyond the limit.
    """
    if not isinstance(given, list):
        raise _invalid()
    if len(given) > MAX_RECTANGLES:
        raise InvalidInputError.of_field(
            "rectangles",
            "too_many_rectangles",
            _("遮盖区域最多 %d 个，请合并相邻的区域") % MAX_RECTANGLES,
        )
    return [_rectangle(row) for row in given]


def redact(
    source: IO[bytes], rectangles: Sequence[Rectangle], sizes: Sequence[int]
) -> dict[int, Drawn]:
    """Draw the picture in ``sizes`` (longer side, pixels) with the rectangles painted over.

    Painted at full size first and scaled afterwards: no rounding of a small size opens a gap.
    """
    [upright] = render(source, [_FULL]).values()
    with Image.open(io.BytesIO(upright), formats=("JPEG",)) as opened:
        picture = opened.convert("RGB")
    brush = ImageDraw.Draw(picture)
    for rectangle in rectangles:
        brush.rectangle(_pixels(rectangle, *picture.size), fill=_INK)
    return {size: _scaled(picture, size) for size in sizes}


def _scaled(picture: Image.Image, size: int) -> Drawn:
    small = picture.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS)
    small.info = {}
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return Drawn(buffer.getvalue(), *small.size)


def _rectangle(row: Any) -> Rectangle:
    if not isinstance(row, list) or len(row) != 4:
        raise _invalid()
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in row):
        raise _invalid()
    left, top, width, height = (float(value) for value in row)
    right, bottom = min(1.0, left + width), min(1.0, top + height)
    left, top = max(0.0, left), max(0.0, top)
    if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        raise _invalid()
    return Rectangle(left, top, right - left, bottom - top)


def _pixels(part: Rectangle, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the box in whole pixels, never smaller than the rectangle."""
    return (
        math.floor(part.left * width) - _MARGIN,
        math.floor(part.top * height) - _MARGIN,
        math.ceil((part.left + part.width) * width) + _MARGIN,
        math.ceil((part.top + part.height) * height) + _MARGIN,
    )


def _invalid() -> InvalidInputError:
    return InvalidInputError.of_field(
        "rectangles", "rectangles_invalid", _("遮盖区域有误，请刷新页面后重新框选")
    )
