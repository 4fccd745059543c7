"""Photo handling, with pictures drawn here; the phone photos are in test_images_phone_photos."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms

from xiangcun.lib import images
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.images import BrokenImageError

UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
CORNERS = ("red", "lime", "blue", "yellow")


def draw(width: int = 240, height: int = 160, mode: str = "RGB") -> Image.Image:
    """Draw four quarters of different colours: every orientation of it looks different."""
    picture = Image.new("RGB", (width, height))
    for index, colour in enumerate(CORNERS):
        x, y = (index % 2) * width // 2, (index // 2) * height // 2
        picture.paste(colour, (x, y, x + width // 2, y + height // 2))
    return picture.convert(mode)


def encode(picture: Image.Image, kind: str = "JPEG", **options: object) -> io.BytesIO:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def exif_with(orientation: int = 1, *, gps: bool = True) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:24 09:30:00"
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {1: "N", 2: (30.0, 18.0, 36.0), 3: "E", 4: (120.0, 30.0, 0.0)}
        )
    return exif


def open_jpeg(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    return picture


def jpeg_segments(content: bytes) -> list[int]:
    """Return the markers before the scan; fails on bytes after the end of the picture."""
    markers, at = [], 2
    assert content[:2] == b"\xff\xd8"
    while content[at + 1] != 0xDA:
        assert content[at] == 0xFF
        markers.append(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    assert content.endswith(b"\xff\xd9")
    return markers


def near(picture: Image.Image, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    found = picture.getpixel((x, y))
    assert isinstance(found, tuple)
    return all(abs(a - b) < 24 for a, b in zip(found, colour, strict=True))


def code_of(content: bytes) -> str:
    with pytest.raises(InvalidInputError) as caught:
        images.inspect(io.BytesIO(content))
    assert caught.value.message
    return caught.value.code


def test_it_works() -> None:
    file = encode(draw(2000, 1000), exif=exif_with())

    info = images.inspect(file)
    renditions = images.render(file)

    assert (info.mime, info.width, info.height) == ("image/jpeg", 2000, 1000)
    assert info.taken_at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert info.exif_lat == pytest.approx(30.31)
    assert info.exif_lng == pytest.approx(120.5)
    sizes = {size: open_jpeg(content).size for size, content in renditions.items()}
    assert sizes == {1600: (1600, 800), 480: (480, 240), 160: (160, 80)}
    assert not file.closed


def test_it_takes_a_path(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encode(draw(), "PNG").getvalue())

    assert images.inspect(path).mime == "image/png"
    assert open_jpeg(images.render(str(path))[160]).size == (160, 107)


def test_it_never_enlarges() -> None:
    renditions = images.render(encode(draw(240, 160)))

    assert {open_jpeg(content).size for content in renditions.values()} == {(240, 160), (160, 107)}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_all_orientations_give_the_same_picture(orientation: int, kind: str) -> None:
    undo = UNDO[orientation]
    stored = draw() if undo is None else draw().transpose(undo)
    file = encode(stored, kind, exif=exif_with(orientation).tobytes(), quality=95)

    info, seen = images.inspect(file), open_jpeg(images.render(file)[1600])

    assert (info.width, info.height) == seen.size == (240, 160)
    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    for point, colour in zip([(40, 40), (200, 40), (40, 120), (200, 120)], expected, strict=True):
        assert near(seen, *point, colour)


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
def test_served_bytes_hold_no_metadata(kind: str, mime: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = encode(
        draw(), kind, exif=exif_with(), xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>",
        icc_profile=srgb, comment=b"SecretComment",
    )  # fmt: skip
    assert images.inspect(file).mime == mime
    assert images.inspect(file).exif_lat == pytest.approx(30.31)

    for content in images.render(file).values():
        allowed = {0xE0, 0xDB, 0xC2, 0xC4}
        assert set(jpeg_segments(content)) <= allowed
        assert b"Secret" not in content
        assert not open_jpeg(content).getexif()


@pytest.mark.parametrize("keep", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_marks_a_truncated_file(kind: str, keep: float) -> None:
    noise = Image.effect_noise((900, 600), 60).convert("RGB")
    whole = encode(noise, kind).getvalue()

    with pytest.raises(BrokenImageError) as caught:
        images.render(io.BytesIO(whole[: int(len(whole) * keep)]))

    assert caught.value.code == "photo_broken"


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"])
def test_it_validates_the_header(head: bytes) -> None:
    assert code_of(head + b"nonsense" * 20) == "photo_broken"


@pytest.mark.parametrize(
    "content",
    [b"GIF89a" + b"\0" * 50, b"%PDF-1.7", b"<svg/>", b"\0", b"\0\0\0\x1cftypavif\0\0\0\0mif1"],
)
def test_it_forbids_other_types(content: bytes) -> None:
    assert code_of(content) == "photo_type_unsupported"


def test_it_tells_heif_from_avif() -> None:
    assert images.sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "image/heif"
    assert images.sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif") is None
    assert images.sniff(b"\0\0\0\x18ftypheix\0\0\0\0mif1heic") == "image/heic"


def test_it_validates_the_size() -> None:
    jpeg = encode(draw()).getvalue()

    assert code_of(b"") == "photo_empty"
    assert code_of(jpeg + b"\0" * (images.MAX_BYTES - len(jpeg) + 1)) == "photo_too_large"
    whole = jpeg + b"\0" * (images.MAX_BYTES - len(jpeg))
    assert images.inspect(io.BytesIO(whole)).width == 240


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\0"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_072, 10_001, 60_000])
def test_it_forbids_pixel_bombs(side: int) -> None:
    assert code_of(png(side, side)) == "photo_too_many_pixels"
    with pytest.raises(InvalidInputError):
        images.render(io.BytesIO(png(side, side)))


def test_it_takes_fifty_megapixels() -> None:
    full = png_chunk(b"teXt", b"k\0" + b"x" * 510_000)  # as long as so many points ever are
    assert images.inspect(io.BytesIO(png(10_000, 5_000, full))).width == 10_000


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_it_forbids_text_bombs(kind: bytes) -> None:
    flags = b"key\0\0" if kind == b"zTXt" else b"key\0\x01\0\0\0"
    bomb = png_chunk(kind, flags + zlib.compress(b"\0" * 30_000_000, 9))

    assert code_of(png(10, 10, bomb)) == "photo_broken"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0" + b"\xff" * 30,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x63\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0",
    ],
)
def test_it_survives_broken_exif(block: bytes) -> None:
    file = encode(draw(), exif=block)

    info = images.inspect(file)

    assert (info.width, info.height, info.taken_at) == (240, 160, None)
    assert (info.exif_lat, info.exif_lng) == (None, None)
    assert open_jpeg(images.render(file)[480]).size == (240, 160)


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (30.0, 18.0, 36.0)},
        {1: "N", 2: (30.0,), 3: "E", 4: (120.0,)},
        {1: "N", 2: (99.0, 0.0, 0.0), 3: "E", 4: (120.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: 30.0, 3: "E", 4: 120.0},
    ],
)
def test_it_ignores_insane_gps(gps: dict[int, object]) -> None:
    exif = exif_with(gps=False)
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)

    info = images.inspect(encode(draw(), exif=exif))

    assert (info.exif_lat, info.exif_lng) == (None, None)


def test_it_reads_the_southern_and_western_halves() -> None:
    exif = exif_with(gps=False)
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "S", 2: (33.0, 30.0, 0.0), 3: "W", 4: (70.0, 0.0, 36.0)}
    )

    info = images.inspect(encode(draw(), exif=exif))

    assert info.exif_lat == pytest.approx(-33.5)
    assert info.exif_lng == pytest.approx(-70.01)


@pytest.mark.parametrize(
    ("when", "zone", "taken_at"),
    [
        ("2026:11:24 09:30:00", "+01:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2026:11:24 09:30:00", "   ", datetime(2026, 11, 24, 1, 30, tzinfo=UTC)),
        ("0000:00:00 00:00:00", "", None),
        ("0001:01:01 00:00:00", "", None),
        ("yesterday", "", None),
    ],
)
def test_it_reads_the_time(when: str, zone: str, taken_at: datetime | None) -> None:
    exif = exif_with()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = when
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = zone

    assert images.inspect(encode(draw(), exif=exif)).taken_at == taken_at


def test_transparency_becomes_white() -> None:
    picture = draw().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 120, 160))

    seen = open_jpeg(images.render(encode(picture, "PNG"))[480])

    assert near(seen, 40, 40, (255, 255, 255))
    assert near(seen, 200, 40, (0, 255, 0))


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    seen = open_jpeg(images.render(encode(Image.new("I;16", (50, 50), 40_000), "PNG"))[160])

    assert near(seen, 25, 25, (156, 156, 156))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA"])
def test_it_handles_every_mode(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert open_jpeg(images.render(encode(draw(mode=mode), kind))[160]).size == (160, 107)


def test_it_ignores_a_broken_colour_profile() -> None:
    file = encode(draw(), icc_profile=b"not a profile" * 20)

    assert near(open_jpeg(images.render(file)[480]), 40, 40, (255, 0, 0))
