#!/usr/bin/env python3
"""Draw the phone pages' icons: a house on a field, its door a location pin; no font, no picture of anybody else's.

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


# name, side in pixels, round corners of our own, how much of the side the drawing takes.
ICONS = (
    ("icon-192.png", 192, True, 0.92),
    ("icon-512.png", 512, True, 0.92),
    # The phone cuts this one to a shape of its own: what matters lies within the safe circle of 80 %.
    ("maskable-512.png", 512, False, 0.74),
    # iOS rounds the corners itself and fills what is transparent with black.
    ("apple-180.png", 180, False, 0.86),
)


def draw_icon(size: int, *, rounded: bool, share: float) -> Image.Image:
    """Return the icon; without corners of its own it fills its square."""
    full = size * OVER
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0) if rounded else (*GREEN, 255))
    pen = ImageDraw.Draw(image)
    if rounded:
        pen.rounded_rectangle((0, 0, full - 1, full - 1), radius=full * 0.22, fill=GREEN)
    _motif(pen, full, share)
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
    for name, size, rounded, share in ICONS:
        draw_icon(size, rounded=rounded, share=share).save(FOLDER / name, optimize=True)
        print(name)


if __name__ == "__main__":
    main()
