"""Reports nobody has answered for yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from reports.enums import UpdateKind
from reports.models import Report, ReportUpdate


def untriaged_report(report_id: int) -> Report | None:
    """Return the report if triage has still to look at it."""
    rows = Report.objects.select_related("chosen_category")
    return rows.filter(pk=report_id, triaged_at__isnull=True).first()


def untriaged_report_ids(*, before: datetime, limit: int) -> list[int]:
    """Return ids of reports submitted before the moment and not triaged, oldest first."""
    rows = Report.objects.filter(triaged_at__isnull=True, submitted_at__lte=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def supplements_of(report_id: int) -> list[str]:
    """Return what the resident added to the report, in order."""
    rows = ReportUpdate.objects.filter(report_id=report_id, kind=UpdateKind.SUPPLEMENT)
    return list(rows.order_by("at", "pk").values_list("text", flat=True))


def oldest_wait(*, now: datetime) -> timedelta | None:
    """Return how long the oldest untriaged report has waited, ``None`` when nothing waits."""
    rows = Report.objects.filter(triaged_at__isnull=True)
    submitted = rows.order_by("pk").values_list("submitted_at", flat=True).first()
    return None if submitted is None else now - submitted
