"""Icons: those that pages name are there; the drawn ones are what the script draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageChops

from reports.h5.icons import ICONS, sprite
from scripts.draw_icons import FOLDER, draw_icon
from scripts.draw_icons import ICONS as DRAWN

ROOT = Path(settings.BASE_DIR)
IN_TEMPLATES = re.compile(r"""{% icon "([a-z0-9-]+)""")
IN_SCRIPTS = re.compile(r"""\bicon(?::\s*|\()["']([a-z0-9-]+)["']""")


def test_the_sprite_has_every_icon() -> None:
    drawn = re.findall(r'<symbol id="i-([a-z0-9-]+)" viewBox="0 0 24 24"><path', sprite())
    assert drawn == list(ICONS)
    assert list(ICONS) == sorted(ICONS)


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    used = set()
    for path in (ROOT / "templates" / "h5").rglob("*.html"):
        used |= set(IN_TEMPLATES.findall(path.read_text(encoding="utf-8")))
    for path in (ROOT / "reports" / "static" / "h5").rglob("*.js"):
        used |= set(IN_SCRIPTS.findall(path.read_text(encoding="utf-8")))
    assert {"camera", "arrow-path"} <= used
    assert used <= set(ICONS)


@pytest.mark.parametrize(("name", "size", "rounded", "share"), DRAWN)
def test_the_drawn_icons_are_what_the_script_draws(
    name: str, size: int, rounded: bool, share: float
) -> None:
    kept = Image.open(FOLDER / name).convert("RGBA")
    assert kept.size == (size, size)
    difference = ImageChops.difference(kept, draw_icon(size, rounded=rounded, share=share))
    assert max(high for _low, high in difference.getextrema()) <= 2  # type: ignore[misc]


def test_a_maskable_icon_is_whole_under_any_mask() -> None:
    image = Image.open(FOLDER / "maskable-512.png").convert("RGBA")
    ground = image.getpixel((0, 0))
    assert ground == (10, 107, 61, 255)
    for x in range(512):
        for y in (0, 511, 51, 460):
            if (x - 256) ** 2 + (y - 256) ** 2 > 205**2:
                assert image.getpixel((x, y)) == ground
