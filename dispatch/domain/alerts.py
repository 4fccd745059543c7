"""What speaks for mortal danger: carried by a report's assessment or a resident's later words."""

from __future__ import annotations

from dataclasses import dataclass

from reports.enums import Urgency


@dataclass(frozen=True, slots=True)
class Alert:
    """``reason`` is Chinese, up to 200 characters; ``hazard`` a code of ``dispatch.enums.Hazard`` or ""."""

    urgency: Urgency
    reason: str
    hazard: str = ""
    report_id: int | None = None
