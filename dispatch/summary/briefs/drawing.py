"""One file from its row to the storage. Imported by the worker only: what it imports is heavy."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from dispatch.domain.brief_files import claim_file, keep_file
from dispatch.enums import BriefFormat

# Matplotlib keeps a list of the machine's typefaces; a service's home may not be writable.
os.environ.setdefault("MPLCONFIGDIR", str(Path(settings.DATA_DIR) / "matplotlib"))


def draw_file(file_id: int, *, clock: Callable[[], datetime]) -> None:
    """Draw the file if it waits; otherwise nothing happens."""
    # After the folder above is set, which Matplotlib looks for when it is loaded.
    from dispatch.summary.briefs.render import draw_version  # noqa: PLC0415

    file = claim_file(file_id, now=clock())
    if file is None:
        return
    content = draw_version(file.version, BriefFormat(file.format))
    keep_file(file, content, now=clock())
