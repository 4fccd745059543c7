"""What staff need to decide about a case's public page: its photos, by whom and when taken."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from reports.enums import CheckState, ConsentKind, PublicPhotoKind, UpdateKind
from reports.models import (
    ContentCheck,
    Photo,
    PublicPhoto,
    PublicPhotoReport,
    Report,
    ReportPhoto,
    ReportUpdate,
)
from reports.queries.consents import has_consent

RESIDENT_LINES = frozenset(
    {
        UpdateKind.SUBMITTED,
        UpdateKind.SUPPLEMENT,
        UpdateKind.WITHDRAW,
        UpdateKind.URGE,
        UpdateKind.RATE,
        UpdateKind.REOPEN,
        UpdateKind.APPEAL,
        UpdateKind.ASK_LEAD,
    }
)
_LINK = ReportUpdate.photos.through


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo of the case; ``public`` is its release beside this very case, if there is one."""

    photo: Photo
    kind: PublicPhotoKind
    public: PublicPhoto | None
    check: CheckState | None


def candidates_of(report: Report) -> list[Candidate]:
    """Return the case's photos, the resident's first (five queries, however many photos)."""
    found: dict[uuid.UUID, PublicPhotoKind] = {}
    sent = ReportPhoto.objects.filter(report=report).order_by("order", "id")
    for photo_id in sent.values_list("photo", flat=True):
        found[photo_id] = PublicPhotoKind.BEFORE
    lines = _LINK.objects.filter(reportupdate__report=report).order_by("reportupdate__at", "id")
    for photo_id, kind in lines.values_list("photo", "reportupdate__kind"):
        theirs = kind in RESIDENT_LINES
        found.setdefault(photo_id, PublicPhotoKind.BEFORE if theirs else PublicPhotoKind.AFTER)
    rows = Photo.objects.in_bulk(list(found))
    links = PublicPhotoReport.objects.filter(report=report).select_related("public_photo")
    public = {link.public_photo.photo_id: link.public_photo for link in links}
    checks = dict(
        ContentCheck.objects.filter(report=report, photo__isnull=False).values_list(
            "photo", "state"
        )
    )
    return [
        Candidate(rows[pk], kind, public.get(pk), CheckState(checks[pk]) if pk in checks else None)
        for pk, kind in found.items()
        if pk in rows
    ]


def may_show_photo(report: Report, kind: PublicPhotoKind) -> bool:
    """Whether the resident's choice lets a photo of this case be shown.

    A photo is the resident's own: showing it needs their yes, where the neutral line needs only that
    they did not say no. A report that is nobody's has nobody to say it. What the office took of its
    result is the office's.
    """
    if kind == PublicPhotoKind.AFTER:
        return True
    return has_consent(report.resident_id, ConsentKind.PUBLICATION)


def reports_showing(photo_id: uuid.UUID) -> list[int]:
    """Return the reports to whose residents the office has shown this photo."""
    lines = _LINK.objects.filter(photo=photo_id).exclude(reportupdate__kind__in=RESIDENT_LINES)
    return sorted(set(lines.values_list("reportupdate__report", flat=True)))


def text_check_of(report: Report) -> ContentCheck | None:
    """Return the platform's check of the report's words, if it was asked."""
    return ContentCheck.objects.filter(report=report, photo__isnull=True).first()


def staff_view(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Add to rows of reports what the preview of the public page reads."""
    photos = Prefetch(
        "public_photo_links",
        PublicPhotoReport.objects.select_related("public_photo").order_by("id"),
    )
    return rows.select_related("grid", "public_note").prefetch_related(photos)
