"""Small files that would cost a worker minutes or its memory."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.images import inspect, render
from xiangcun.lib.jpegs import MOST_SCANS, has_too_many_scans

SCAN, END = b"\xff\xda", b"\xff\xd9"


def progressive(side: int = 800) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(file, "JPEG", progressive=True)
    return file.getvalue()


def repeated(data: bytes, times: int) -> bytes:
    """Return the picture with its last scan, and the table it needs, so many times more."""
    last = data.rindex(SCAN)
    table = data.rindex(b"\xff\xc4", 0, last)
    return data[:-2] + data[table:-2] * times + END


def test_a_real_progressive_photo_is_taken() -> None:
    data = progressive()
    assert 5 < data.count(SCAN) < MOST_SCANS
    assert inspect(io.BytesIO(data)).width == 800
    assert set(render(io.BytesIO(data), [160])) == {160}
    assert not has_too_many_scans(repeated(data, 20))


@pytest.mark.parametrize("look", [inspect, render])
def test_a_photo_that_paints_itself_over_for_ever_is_refused_at_once(look: object) -> None:
    bomb = repeated(progressive(3000), 3000)
    assert len(bomb) < 1_000_000
    started = time.monotonic()
    with pytest.raises(InvalidInputError) as caught:
        look(io.BytesIO(bomb))  # type: ignore[operator]
    assert caught.value.code == "photo_broken"
    assert time.monotonic() - started < 1


def test_what_is_behind_the_picture_or_inside_a_segment_is_not_counted() -> None:
    data = progressive()
    film = SCAN * 5000
    preview = b"\xff\xe1" + (len(film[:60_000]) + 2).to_bytes(2, "big") + film[:60_000]
    for harmless in (data + film, data[:2] + preview + data[2:]):
        assert not has_too_many_scans(harmless)
        assert inspect(io.BytesIO(harmless)).height == 800


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xff\xd8\xff", b"\xff\xd8\xff\xda\x00", b"\xff" * 999]
)
def test_a_stump_ends_the_count(data: bytes) -> None:
    assert not has_too_many_scans(data)


def test_an_empty_canvas_of_fifty_million_points_is_no_photo() -> None:
    file = io.BytesIO()
    Image.new("1", (7000, 7000)).save(file, "PNG")
    with pytest.raises(InvalidInputError) as caught:
        inspect(file)
    assert caught.value.code == "photo_too_many_pixels"


def test_a_plain_screenshot_is_taken() -> None:
    file = io.BytesIO()
    Image.new("RGB", (1440, 9000), "white").save(file, "PNG")
    assert inspect(file).height == 9000
