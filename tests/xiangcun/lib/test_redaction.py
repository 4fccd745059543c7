from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from tests.reports.pictures import jpeg
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.redaction import MAX_RECTANGLES, Rectangle, read_rectangles, redact


def _picture() -> io.BytesIO:
    """Return a grey picture with a red plate in its middle, and EXIF that tells a place."""
    picture = Image.new("RGB", (800, 600), (128, 128, 128))
    ImageDraw.Draw(picture).rectangle((320, 240, 480, 360), fill=(255, 0, 0))
    exif = Image.Exif()
    exif[0x010E] = "private words"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif, quality=95)
    buffer.seek(0)
    return buffer


def _reds(data: bytes) -> int:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    data = picture.tobytes()
    return sum(red > 150 and green < 100 for red, green in zip(data[::3], data[1::3], strict=True))


def test_it_works() -> None:
    """The plate is gone from every size, to the last pixel; the rest of the picture is not."""
    plate = Rectangle(0.4, 0.4, 0.2, 0.2)
    drawn = redact(_picture(), [plate], (640, 160))
    assert {size: (row.width, row.height) for size, row in drawn.items()} == {
        640: (640, 480),
        160: (160, 120),
    }
    for row in drawn.values():
        assert _reds(row.data) == 0
        picture = Image.open(io.BytesIO(row.data)).convert("RGB")
        assert max(picture.getpixel((picture.width // 2, picture.height // 2))) < 70  # type: ignore[arg-type]
        assert abs(picture.getpixel((5, 5))[0] - 128) < 8  # type: ignore[index]


def test_without_rectangles_everything_is_seen() -> None:
    [row] = redact(_picture(), [], (640,)).values()
    assert _reds(row.data) > 1000


def test_no_metadata_is_left() -> None:
    drawn = redact(io.BytesIO(jpeg(gps=True)), [], (640,))
    picture = Image.open(io.BytesIO(drawn[640].data))
    assert not picture.getexif()
    assert b"SecretPhone" not in drawn[640].data
    assert picture.size == (48, 64)  # upright


def test_rectangles_are_cut_to_the_picture() -> None:
    [found] = read_rectangles([[-0.5, 0.9, 1, 5]])
    assert found.as_list() == [0.0, 0.9, 0.5, 0.1]


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        "[[0,0,1,1]]",
        [[0, 0, 1]],
        [["a", 0, 1, 1]],
        [[0, 0, float("nan"), 1]],
        [[0, 0, float("inf"), 1]],
        [[0.2, 0.2, 0, 0.5]],
        [[0.2, 0.2, -1, 0.5]],
        [[1.5, 0.2, 0.1, 0.1]],
        [[0, 0, True, None]],
    ],
)
def test_it_validates_rectangles(given: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_rectangles(given)
    assert caught.value.code == "rectangles_invalid"


def test_it_refuses_too_many() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_rectangles([[0, 0, 0.1, 0.1]] * (MAX_RECTANGLES + 1))
    assert caught.value.code == "too_many_rectangles"
