"""Colours: what a phone writes in Display P3 looks the same after it was drawn anew in sRGB."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from tests.xiangcun.lib.test_images import encode, near, open_jpeg
from xiangcun.lib import images

# Display P3 (SMPTE EG 432-1 primaries, adapted to D50), columns X, Y, Z; the curve is sRGB's.
PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
D50 = (0.96420, 1.0, 0.82491)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def fixed(values: tuple[float, ...]) -> bytes:
    """Encode as s15Fixed16Number."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def display_p3() -> bytes:
    """Build the profile that an iPhone embeds, after ICC.1:2010: a header, a tag table, the tags."""
    text = "Display P3".encode("utf-16-be")
    label = struct.pack(">4s3I2s2s2I", b"mluc", 0, 1, 12, b"en", b"US", len(text), 28) + text
    tags = {
        b"desc": label,
        b"cprt": label,
        b"wtpt": b"XYZ \0\0\0\0" + fixed(D50),
        **{name: b"XYZ \0\0\0\0" + fixed(value) for name, value in PRIMARIES.items()},
        **dict.fromkeys(
            (b"rTRC", b"gTRC", b"bTRC"), b"para" + struct.pack(">IHH", 0, 3, 0) + fixed(SRGB_CURVE)
        ),
    }
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    body = struct.pack(">I", len(tags)) + table + data
    header = struct.pack(">I4sI4s4s4s", 128 + len(body), b"", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28 + fixed(D50)
    return header.ljust(128, b"\0") + body


@pytest.mark.parametrize(
    ("in_p3", "in_srgb"),
    [
        ((234, 51, 35), (255, 0, 0)),
        ((117, 251, 76), (0, 255, 0)),
        ((0, 0, 245), (0, 0, 255)),
        ((128, 128, 128), (128, 128, 128)),
        ((255, 255, 255), (255, 255, 255)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_works(kind: str, in_p3: tuple[int, int, int], in_srgb: tuple[int, int, int]) -> None:
    file = encode(
        Image.new("RGB", (64, 64), in_p3), kind, icc_profile=display_p3(), lossless=kind == "WEBP"
    )
    for content in images.render(file, (48, 16)).values():
        drawn = open_jpeg(content)
        assert "icc_profile" not in drawn.info
        found = drawn.getpixel((5, 5))
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, in_srgb, strict=True)) <= 6


def test_the_profile_of_this_test_is_one() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(display_p3()))
    assert ImageCms.getProfileDescription(profile).strip() == "Display P3"


def test_it_keeps_colours_without_a_profile() -> None:
    file = encode(Image.new("RGB", (64, 64), (234, 51, 35)))
    assert near(open_jpeg(images.render(file)[160]), 5, 5, (234, 51, 35))
