"""Office files whose bytes depend on their content alone: no moment of writing, one order, one packing."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_PROPERTIES = "docProps/core.xml"


def fixed(content: bytes, *, moment: str) -> bytes:
    """Return the zip written anew; its properties say it was made at ``moment`` (ISO, UTC)."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == _PROPERTIES:
                data = _MOMENT.sub(rb"\g<1>" + moment.encode() + rb"\g<2>", data)
            entry = zipfile.ZipInfo(info.filename, date_time=_EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            copy.writestr(entry, data, compresslevel=9)
    return target.getvalue()
