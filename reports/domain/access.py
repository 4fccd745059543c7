"""Writing down for the resident that somebody of the office looked at, or used, their number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reports.enums import AccessKind, AccessReason
from reports.models import AccessRecord, Report


def record_access(
    reports: Iterable[Report],
    *,
    what: AccessKind,
    who: str,
    department: str,
    reason: AccessReason,
    now: datetime,
) -> None:
    """Append a line for each report, in the caller's transaction (one statement).

    ``who`` is the word for the seat and ``department`` the unit: no name of a member of staff. An
    anonymous report has no number that anybody could look at, and gets no line.
    """
    AccessRecord.objects.bulk_create(
        AccessRecord(
            report=report,
            at=now,
            what=what,
            who=who[:40],
            department_name=department[:60],
            reason=reason,
        )
        for report in reports
        if not report.anonymous
    )
