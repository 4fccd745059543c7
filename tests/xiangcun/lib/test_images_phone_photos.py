"""Photo handling on real phone photos, which live beside the repository and not in it."""

import os
from pathlib import Path

import pytest

from tests.xiangcun.lib.test_images import jpeg_segments, open_jpeg
from xiangcun.lib import images

ROOT = Path(__file__).resolve().parents[3]
PHOTOS = Path(os.environ.get("XIANGCUN_SHARED", ROOT.parent / "shared")) / "data" / "photos"

pytestmark = pytest.mark.skipif(not PHOTOS.is_dir(), reason="shared data folder is missing")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", sorted(PHOTOS.glob("*")), ids=lambda path: path.name)
def test_it_works(path: Path) -> None:
    info = images.inspect(path)

    for size, content in images.render(path).items():
        assert set(jpeg_segments(content)) <= {0xE0, 0xDB, 0xC2, 0xC4}
        seen = open_jpeg(content).size
        assert max(seen) <= size
        assert (seen[0] > seen[1]) == (info.width > info.height)


@pytest.mark.parametrize("number", range(2, 9))
def test_all_orientations_give_the_same_picture(number: int) -> None:
    first = open_jpeg(images.render(PHOTOS / "orientation_1.jpg")[160]).convert("L")
    other = open_jpeg(images.render(PHOTOS / f"orientation_{number}.jpg")[160]).convert("L")

    assert first.size == other.size
    pairs = zip(first.tobytes(), other.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / (first.width * first.height) < 6


def test_it_reads_gps() -> None:
    info = images.inspect(PHOTOS / "DSCN0010.jpg")

    assert info.exif_lat == pytest.approx(43.46745)
    assert info.exif_lng == pytest.approx(11.88513)


def test_it_reads_heic() -> None:
    info = images.inspect(PHOTOS / "iphone_13_pro_max.HEIC")

    assert (info.mime, info.width, info.height) == ("image/heic", 3024, 4032)
    assert info.taken_at is not None


def test_it_survives_broken_exif() -> None:
    info = images.inspect(PHOTOS / "42_IndexError.jpg")

    assert (info.width, info.height, info.exif_lat) == (4032, 3024, None)


def test_it_takes_a_photo_with_a_damaged_block() -> None:
    """Accepted limit: damage inside a scan (grey blocks, the file itself is whole) is not refused.

    The decoder only warns of it and Pillow keeps the warning to itself; the rest of the picture
    still shows what the resident means, and a person looks at every photo.
    """
    damaged = images.render(PHOTOS / "corrupted.jpg")[160]
    assert max(open_jpeg(damaged).size) == 160
