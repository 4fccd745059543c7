"""Small pictures for upload tests, drawn here."""

from __future__ import annotations

import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image


def jpeg(colour: str = "red", *, size: tuple[int, int] = (64, 48), gps: bool = False) -> bytes:
    """Return a JPEG, with the place it was taken at if asked."""
    exif = Image.Exif()
    if gps:
        exif[ExifTags.Base.Orientation] = 6
        exif[ExifTags.Base.Make] = "SecretPhone"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:24 09:30:00"
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {1: "N", 2: (30.0, 18.0, 36.0), 3: "E", 4: (120.0, 30.0, 0.0)}
        )
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def encoded(kind: str) -> bytes:
    """Return a picture as PNG, WEBP or HEIF."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "blue").save(buffer, kind)
    return buffer.getvalue()


def truncated() -> bytes:
    """Return a JPEG whose header is fine and whose pixels end early."""
    whole = Image.effect_noise((400, 300), 80).convert("RGB")
    buffer = io.BytesIO()
    whole.save(buffer, "JPEG")
    return buffer.getvalue()[: len(buffer.getvalue()) // 3]


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a tiny PNG that claims to be enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def upload(data: bytes, name: str = "p.jpg", mime: str = "image/jpeg") -> SimpleUploadedFile:
    """Return the data as a form's file."""
    return SimpleUploadedFile(name, data, mime)
