"""Photos from phones: recognised by their bytes, looked at cheaply, drawn anew without metadata.

Nothing here decodes a picture before its header has passed the limits. Files in: JPEG, PNG, WebP
and HEIC/HEIF; files out: JPEG. Widths and heights are pixels *after* the EXIF orientation.
"""

from __future__ import annotations

import io
import math
import os
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO
from zoneinfo import ZoneInfo

import pillow_heif
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.jpegs import has_too_many_scans

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
PLAIN_PIXELS, PLAIN_SHARE = 16_000_000, 100
"""Above the first a byte of the file may stand for so many pixels at most: no camera comes near, and
fifty million white points in a hundred kilobytes are nobody's photo."""
SNIFF_BYTES = 64
RENDITION_SIZES = (1600, 480, 160)
JPEG_QUALITY = 82
CAMERA_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of an EXIF time without an offset: the phones of a township are at home."""

Source = str | os.PathLike[str] | IO[bytes]

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_HEIF_BRANDS = frozenset({b"mif1", b"msf1"})
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TAKEN_TAGS = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)

_DECODE_FAULTS = (
    ArithmeticError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, zlib.error,
)  # fmt: skip
"""Everything the decoders are known to raise on bytes that are no picture."""
_EXIF_FAULTS = (*_DECODE_FAULTS, AttributeError)

# Process-wide limits of Pillow: they hold for every other user of it, too, and are never loosened.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
PngImagePlugin.MAX_TEXT_CHUNK = 256 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 2 * 1024 * 1024
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


class BrokenImageError(InvalidInputError):
    """400 ``photo_broken``: the bytes claim to be a photo and cannot be decoded."""

    def __init__(self) -> None:
        super().__init__("photo_broken", _("照片已损坏，请重新选择或重新拍摄"))


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a header tells. ``taken_at`` is aware UTC; ``exif_lat``/``exif_lng`` WGS-84 degrees."""

    mime: str
    width: int
    height: int
    taken_at: datetime | None
    exif_lat: float | None
    exif_lng: float | None


def sniff(head: bytes) -> str | None:
    """Return the MIME type of the first ``SNIFF_BYTES`` bytes, ``None`` if we do not take it."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _sniff_heif(head) if head[4:8] == b"ftyp" else None


def _sniff_heif(head: bytes) -> str | None:
    """Tell HEIC from AVIF, which shares the container: by major brand, then compatible brands."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, size - 3, 4)}
    if major in _HEIC_BRANDS:
        return "image/heic"
    if major in _HEIF_BRANDS and compatible & _HEIC_BRANDS:
        return "image/heif"
    return None


def inspect(source: Source) -> ImageInfo:
    """Check type and limits and read the header; decodes no pixel.

    Raises ``InvalidInputError`` ``photo_empty``, ``photo_too_large``, ``photo_type_unsupported``,
    ``photo_too_many_pixels``, or :class:`BrokenImageError`. Broken EXIF is no error: ``None``.
    """
    with _opened(source) as (mime, image):
        exif = _exif(image)
        width, height = image.size
        if _orientation(exif) >= 5:
            width, height = height, width
        lat, lng = _gps(exif)
        return ImageInfo(mime, width, height, _taken_at(exif), lat, lng)


def render(source: Source, sizes: Sequence[int] = RENDITION_SIZES) -> dict[int, bytes]:
    """Draw the photo as JPEGs whose longer side is at most each of ``sizes`` pixels.

    Never enlarges. Orientation and colour profile are applied, transparency becomes white, and no
    metadata is left. Raises as :func:`inspect` does; a truncated file is a ``BrokenImageError``.
    """
    renditions: dict[int, bytes] = {}
    with _opened(source) as (_mime, image):
        try:
            orientation = _orientation(_exif(image))
            largest = max(sizes)
            image.thumbnail((largest, largest), Image.Resampling.LANCZOS, reducing_gap=2.0)
            picture = _flatten(image)
            if orientation in _TURNS:
                picture = picture.transpose(_TURNS[orientation])
            for size in sorted(sizes, reverse=True):
                picture = picture.copy()
                picture.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
                renditions[size] = _encode(picture)
        except _DECODE_FAULTS as error:
            raise BrokenImageError from error
    return renditions


@contextmanager
def _opened(source: Source) -> Iterator[tuple[str, Image.Image]]:
    """Open what passes the limits as (mime, lazy image); leaves a caller's file open."""
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file, _opened(file) as opened:  # noqa: PTH123
            yield opened
        return
    mime = _check_bytes(source)
    with _open_header(source, mime) as image:
        pixels, size = image.width * image.height, source.seek(0, os.SEEK_END) or source.tell()
        if pixels > MAX_PIXELS or pixels > max(PLAIN_PIXELS, PLAIN_SHARE * size):
            raise _too_many_pixels()
        yield mime, image


def _check_bytes(file: IO[bytes]) -> str:
    """Return the type of a file whose size is within the limits; rewinds it."""
    size = file.seek(0, os.SEEK_END) or file.tell()
    if size == 0:
        raise InvalidInputError("photo_empty", _("照片是空文件，请重新选择"))
    if size > MAX_BYTES:
        raise InvalidInputError("photo_too_large", _("照片超过 10 MB，请重新选择"))
    file.seek(0)
    mime = sniff(file.read(SNIFF_BYTES))
    file.seek(0)
    if mime == "image/jpeg":
        if has_too_many_scans(file.read()):
            raise BrokenImageError
        file.seek(0)
    if mime is None:
        raise InvalidInputError(
            "photo_type_unsupported", _("只支持 JPG、PNG、WebP、HEIC 格式的照片")
        )
    return mime


def _open_header(file: IO[bytes], mime: str) -> Image.Image:
    try:
        return Image.open(file, formats=(_FORMATS[mime],))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _DECODE_FAULTS as error:
        raise BrokenImageError from error


def _too_many_pixels() -> InvalidInputError:
    return InvalidInputError(
        "photo_too_many_pixels", _("照片超过 5000 万像素，请降低分辨率后重新上传")
    )


def _exif(image: Image.Image) -> Image.Exif:
    """Return the EXIF block, empty when there is none or it is broken.

    The base class's reader on purpose: the one of PNG decodes the whole picture in search of a
    late chunk.
    """
    try:
        return Image.Image.getexif(image)
    except _EXIF_FAULTS:
        return Image.Exif()


def _orientation(exif: Image.Exif) -> int:
    try:
        value = exif.get(ExifTags.Base.Orientation, 1)
    except _EXIF_FAULTS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
        candidates = [(details.get(when), details.get(zone)) for when, zone in _TAKEN_TAGS]
        candidates.append((exif.get(ExifTags.Base.DateTime), None))
    except _EXIF_FAULTS:
        return None
    moments = (_parse_moment(when, zone) for when, zone in candidates)
    return next((moment for moment in moments if moment is not None), None)


def _parse_moment(when: object, zone: object) -> datetime | None:
    """Parse ``2026:11:24 09:30:00`` and ``+08:00``; ``None`` for blanks, zeros and nonsense."""
    if not isinstance(when, str):
        return None
    text = when.strip("\0 ")
    try:
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        if isinstance(zone, str) and zone.strip("\0 "):
            local = datetime.strptime(f"{text} {zone.strip(chr(0) + ' ')}", "%Y:%m:%d %H:%M:%S %z")
    except ValueError:
        return None
    try:
        return (local if local.tzinfo else local.replace(tzinfo=CAMERA_ZONE)).astimezone(UTC)
    except OverflowError:
        return None


def _gps(exif: Image.Exif) -> tuple[float | None, float | None]:
    """Return (latitude, longitude) in degrees, or a pair of ``None`` unless both are sane."""
    tags = ExifTags.GPS
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps, tags.GPSLatitude, tags.GPSLatitudeRef, "S")
        lng = _degrees(gps, tags.GPSLongitude, tags.GPSLongitudeRef, "W")
    except _EXIF_FAULTS:
        return None, None
    sane = math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180
    return (lat, lng) if sane and (lat, lng) != (0.0, 0.0) else (None, None)


def _degrees(gps: Mapping[int, object], value: int, ref: int, negative: str) -> float:
    parts = gps[value]
    if not isinstance(parts, tuple):
        raise TypeError("GPS coordinate is no triple")
    degrees, minutes, seconds = (float(part) for part in parts)
    total = degrees + minutes / 60 + seconds / 3600
    return -total if str(gps[ref]).strip("\0 ").upper() == negative else total


def _flatten(image: Image.Image) -> Image.Image:
    """Return an RGB picture in sRGB: 16 bits narrowed, transparency on white, profile applied."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    opaque = image.convert("RGB") if alpha else image
    opaque = _to_srgb(opaque, profile)
    if alpha is None:
        return opaque
    paper = Image.new("RGB", opaque.size, "white")
    paper.paste(opaque, mask=alpha)
    return paper


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Convert by the embedded profile (phones write Display P3); a broken one is ignored."""
    if isinstance(profile, bytes) and profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, *_DECODE_FAULTS):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _encode(picture: Image.Image) -> bytes:
    """Encode as JPEG; the emptied ``info`` is what keeps XMP, comments and profiles out."""
    picture.info = {}
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return buffer.getvalue()
