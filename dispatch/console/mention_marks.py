"""The names in an internal note, set off from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_MARKED = '<b class="xc-mention">{}</b>'


def mark_mentions(note: str, data: Mapping[str, Any] | None) -> SafeString:
    """Return ``note`` as HTML with the people it names highlighted; ``data`` is its event's."""
    rows = (data or {}).get("mentions") or []
    names = sorted({str(row.get("name", "")) for row in rows} - {""}, key=len, reverse=True)
    if not names:
        return format_html("{}", note)
    pattern = re.compile(f"([@＠](?:{'|'.join(re.escape(name) for name in names)}))")
    # With one group, every second part is a match.
    parts = enumerate(pattern.split(note))
    return format_html_join(
        "", "{}", ((format_html(_MARKED, part) if index % 2 else part,) for index, part in parts)
    )
