"""Reports nobody has answered for yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Subquery

from reports.enums import UpdateKind
from reports.models import Report, ReportPhoto, ReportUpdate


@dataclass(frozen=True, slots=True)
class UntriagedReport:
    """A report, how many photos it has, and what its resident added to it since."""

    report: Report
    photo_count: int
    supplements: tuple[str, ...]


def untriaged_report(report_id: int) -> UntriagedReport | None:
    """Return the report if triage has still to look at it (one query, a second if supplemented)."""
    photos = ReportPhoto.objects.filter(report=OuterRef("pk")).values("report")
    rows = Report.objects.select_related("chosen_category", "resident").annotate(
        photo_count=Subquery(photos.annotate(found=Count("pk")).values("found")),
        supplemented=Exists(
            ReportUpdate.objects.filter(report=OuterRef("pk"), kind=UpdateKind.SUPPLEMENT)
        ),
    )
    report = rows.filter(pk=report_id, triaged_at__isnull=True).first()
    if report is None:
        return None
    supplements = supplements_of(report_id) if report.supplemented else ()
    return UntriagedReport(report, report.photo_count or 0, tuple(supplements))


def untriaged_report_ids(*, before: datetime, limit: int) -> list[int]:
    """Return ids of reports submitted before the moment and not triaged, oldest first."""
    rows = Report.objects.filter(triaged_at__isnull=True, submitted_at__lte=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def supplements_of(report_id: int) -> list[str]:
    """Return what the resident added to the report, in order."""
    rows = ReportUpdate.objects.filter(report_id=report_id, kind=UpdateKind.SUPPLEMENT)
    return list(rows.order_by("at", "pk").values_list("text", flat=True))


def supplements_of_reports(report_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return what the residents added to each of the reports, in order (one query)."""
    rows = ReportUpdate.objects.filter(
        report_id__in=list(report_ids), kind=UpdateKind.SUPPLEMENT
    ).order_by("at", "pk")
    found: dict[int, list[str]] = {}
    for report_id, text in rows.values_list("report_id", "text"):
        found.setdefault(report_id, []).append(text)
    return found


def oldest_wait(*, now: datetime) -> timedelta | None:
    """Return how long the oldest untriaged report has waited, ``None`` when nothing waits."""
    rows = Report.objects.filter(triaged_at__isnull=True)
    submitted = rows.order_by("pk").values_list("submitted_at", flat=True).first()
    return None if submitted is None else now - submitted
