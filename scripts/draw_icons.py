#!/usr/bin/env python3
"""Draw the phone pages' icons: a house on a field with a location pin, no font, no picture of anybody else's.

``python scripts/draw_icons.py`` writes the files of reports/static/h5/icons/ anew.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "reports" / "static" / "h5" / "icons"
GREEN = (10, 107, 61)
LIGHT = (227, 242, 233)
WHITE = (255, 255, 255)
AMBER = (255, 190, 77)
# Drawn larger and scaled down: Pillow's shapes have hard edges.
OVER = 4


def draw_icon(size: int, *, maskable: bool) -> Image.Image:
    """Return the icon; a maskable one fills its square, for a phone cuts it to a shape of its own."""
    full = size * OVER
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    if maskable:
        pen.rectangle((0, 0, full, full), fill=GREEN)
    else:
        pen.rounded_rectangle((0, 0, full - 1, full - 1), radius=full * 0.22, fill=GREEN)
    # What matters lies within the safe circle of 80 %.
    _motif(pen, full, 0.74 if maskable else 0.92)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _motif(pen: ImageDraw.ImageDraw, full: int, share: float) -> None:
    def at(x: float, y: float) -> tuple[float, float]:
        return (full * (0.5 + (x - 0.5) * share), full * (0.5 + (y - 0.5) * share))

    # A house with a wide roof, its door a location pin.
    pen.polygon([at(0.5, 0.14), at(0.88, 0.47), at(0.12, 0.47)], fill=LIGHT)
    pen.rectangle((*at(0.22, 0.47), *at(0.78, 0.84)), fill=WHITE)
    radius = 0.115
    centre = (0.5, 0.59)
    pen.ellipse(
        (*at(centre[0] - radius, centre[1] - radius), *at(centre[0] + radius, centre[1] + radius)),
        fill=AMBER,
    )
    pen.polygon([at(0.395, 0.635), at(0.605, 0.635), at(0.5, 0.81)], fill=AMBER)
    pen.ellipse((*at(0.455, 0.545), *at(0.545, 0.635)), fill=WHITE)


def main() -> None:
    """Write the four files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, size, maskable in (
        ("icon-192.png", 192, False),
        ("icon-512.png", 512, False),
        ("maskable-512.png", 512, True),
        ("apple-180.png", 180, True),
    ):
        draw_icon(size, maskable=maskable).save(FOLDER / name, optimize=True)
        print(name)


if __name__ == "__main__":
    main()
