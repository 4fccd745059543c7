"""Reports nobody has answered for yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, OuterRef, QuerySet, Subquery

from reports.enums import ResidentRole, UpdateKind
from reports.models import Report, ReportPhoto, ReportUpdate
from xiangcun.lib.rows import RowQuery


@dataclass(frozen=True, slots=True)
class UntriagedReport:
    """A report, the category its resident picked ("" for none), its photos and later additions."""

    report: Report
    chosen_code: str
    reporter_role: ResidentRole
    photo_count: int
    supplements: tuple[str, ...]


_REPORT = tuple(column.attname for column in Report._meta.concrete_fields)  # noqa: SLF001 - the documented model _meta API


def _untriaged() -> QuerySet[Report, tuple[Any, ...]]:
    of_report = {"report": OuterRef("pk")}
    photos = ReportPhoto.objects.filter(**of_report).values("report")
    added = ReportUpdate.objects.filter(**of_report, kind=UpdateKind.SUPPLEMENT).values("report")
    return Report.objects.filter(pk=0, triaged_at__isnull=True).values_list(
        *_REPORT,
        "chosen_category__code",
        "resident__role",
        Subquery(photos.annotate(found=Count("pk")).values("found")),
        Subquery(added.annotate(found=Count("pk")).values("found")),
    )


# Read for every report: compiled once. The parameters stand in the order of the statement.
_BY_ID = RowQuery(_untriaged)


def untriaged_report(report_id: int) -> UntriagedReport | None:
    """Return the report if triage has still to look at it (one query, a second if supplemented)."""
    row = _BY_ID.first(UpdateKind.SUPPLEMENT, report_id)
    if row is None:
        return None
    *values, chosen_code, role, photo_count, added = row
    report = Report.from_db(DEFAULT_DB_ALIAS, _REPORT, values)
    supplements = supplements_of(report_id) if added else ()
    role = ResidentRole(role) if role else ResidentRole.RESIDENT
    return UntriagedReport(report, chosen_code or "", role, photo_count or 0, tuple(supplements))


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
