"""What a resident reads of their own reports: always the same number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from reports.models import Photo, Rating, Report, ReportPhoto, ReportUpdate, Resident
from xiangcun.lib.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A line of the timeline with its photos."""

    update: ReportUpdate
    photos: Sequence[Photo]


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """One report with everything its resident may read; ``timeline`` is oldest first."""

    report: Report
    photos: Sequence[Photo]
    timeline: Sequence[TimelineEntry]
    ratings: Sequence[Rating]


_PHOTOS = Prefetch("reportphoto_set", ReportPhoto.objects.select_related("photo"))
_UPDATES = Prefetch("updates", ReportUpdate.objects.prefetch_related("photos"))
_RATINGS = Prefetch("ratings", Rating.objects.order_by("round"))


def my_reports(resident: Resident, *, statuses: Sequence[str] = ()) -> QuerySet[Report]:
    """Return the resident's reports with categories and photos; unordered, for a page of them."""
    reports = (
        Report.objects.filter(resident=resident)
        .select_related("category", "chosen_category")
        .prefetch_related(_PHOTOS)
    )
    return reports.filter(public_status__in=statuses) if statuses else reports


def count_mine(resident: Resident) -> dict[str, int]:
    """Return status → number of the resident's reports; a status without any is left out."""
    rows = Report.objects.filter(resident=resident).order_by().values_list("public_status")
    return dict(rows.annotate(count=Count("pk")))


def my_records(resident: Resident) -> QuerySet[Report]:
    """Return all of the resident's reports with their whole timelines, oldest first."""
    return my_reports(resident).prefetch_related(_UPDATES, _RATINGS).order_by("id")


def my_record(resident: Resident, number: str) -> ReportRecord:
    """Return one report with its timeline; ``report_not_found`` for another's as for nobody's."""
    report = my_records(resident).filter(number=number).first()
    if report is None:
        raise unknown_report()
    return record_of(report)


def find_mine(resident: Resident, number: str) -> Report:
    """Return the bare row of one's own report; ``report_not_found`` as above."""
    report = Report.objects.filter(resident=resident, number=number).first()
    if report is None:
        raise unknown_report()
    return report


def unknown_report() -> NotFoundError:
    """Build the answer to whom a report does not belong, or not any more."""
    return NotFoundError("report_not_found", _("没有找到这件上报"))


def read_record(report: Report) -> ReportRecord:
    """Read the record of a report at hand."""
    records = Report.objects.select_related("category", "chosen_category")
    return record_of(records.prefetch_related(_PHOTOS, _UPDATES, _RATINGS).get(pk=report.pk))


def record_of(report: Report) -> ReportRecord:
    """Arrange a report read by :func:`my_records`; no further query."""
    return ReportRecord(
        report=report,
        photos=photos_of(report),
        timeline=[TimelineEntry(line, list(line.photos.all())) for line in report.updates.all()],
        ratings=list(report.ratings.all()),
    )


def photos_of(report: Report) -> list[Photo]:
    """Return the photos of a report read by :func:`my_reports`, in the resident's order."""
    return [link.photo for link in report.reportphoto_set.all()]
