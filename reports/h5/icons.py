"""The icons of the phone pages as one SVG sprite inside the page, from the heroicons package (MIT).

Inside the page, because a sprite of its own would be one more request on a slow line, missing whenever the
line breaks between the two, and single files would be forty.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings

# File names of heroicons 24/outline; `<use href="#i-camera">` draws one.
ICONS = (
    "academic-cap",
    "arrow-left",
    "arrow-path",
    "arrow-uturn-left",
    "bell",
    "bell-alert",
    "building-library",
    "building-storefront",
    "camera",
    "chart-bar",
    "chat-bubble-left-ellipsis",
    "check",
    "check-circle",
    "chevron-right",
    "clipboard-document-list",
    "clock",
    "cloud-arrow-up",
    "document-arrow-down",
    "document-text",
    "exclamation-triangle",
    "eye",
    "eye-slash",
    "flag",
    "hand-raised",
    "hand-thumb-up",
    "heart",
    "home",
    "home-modern",
    "inbox",
    "information-circle",
    "light-bulb",
    "list-bullet",
    "lock-closed",
    "magnifying-glass",
    "magnifying-glass-plus",
    "map",
    "map-pin",
    "megaphone",
    "minus",
    "musical-note",
    "paper-airplane",
    "pause-circle",
    "pencil-square",
    "phone",
    "photo",
    "plus",
    "question-mark-circle",
    "shield-check",
    "signal-slash",
    "speaker-wave",
    "star",
    "trash",
    "truck",
    "user",
    "user-group",
    "viewfinder-circle",
    "wrench-screwdriver",
    "x-mark",
)
_FOLDER = ("heroicons", "24", "outline")
_DRAWING = re.compile(r"<svg[^>]*>(?P<drawing>.*)</svg>", re.DOTALL)
_SPACE = re.compile(r">\s+<")
# The same for every line of every icon: said once, in h5.css.
_ENDS = ' stroke-linecap="round" stroke-linejoin="round"'


@cache
def sprite() -> str:
    """Return ``<symbol>`` elements of all :data:`ICONS`; the empty string where the package is not installed."""
    folder = Path(settings.NODE_MODULES).joinpath(*_FOLDER)
    return "".join(_symbol(folder / f"{name}.svg", name) for name in ICONS)


def _symbol(path: Path, name: str) -> str:
    found = _DRAWING.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None:
        return ""
    drawing = _SPACE.sub("><", found["drawing"].strip()).replace(_ENDS, "")
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing}</symbol>'
