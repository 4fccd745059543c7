"""The office's way back to the resident: the only writer of a report's projection.

``dispatch`` calls this inside its own transaction; nothing here knows of tickets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from reports.enums import PublicStatus, ReportKind, ResidentAction, UpdateKind
from reports.models import OPEN_GATES, Report, ReportUpdate
from xiangcun.lib.rows import insert_row, update_row

CLOSED_STATUSES = frozenset({PublicStatus.CLOSED, PublicStatus.REJECTED, PublicStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole resident's view of a case at one moment.

    ``promised_at`` is aware UTC. ``allowed_actions`` is what the resident may do next; ``rejection``
    and ``remedies`` are as in ``Report``. ``publish`` is the office's word on showing the case; the
    report's own gate has another.
    """

    status: PublicStatus
    allowed_actions: tuple[ResidentAction, ...] = ()
    department_name: str = ""
    promised_at: datetime | None = None
    category_id: int | None = None
    urgency: str = ""
    safety_prompt: str = ""
    grid_id: int | None = None
    publish: bool = False
    rejection: Mapping[str, str] | None = None
    remedies: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line for the timeline; ``photos`` are photo ids the resident may see, ``kind`` its icon."""

    text: str
    department_name: str = ""
    photos: Sequence[UUID] = field(default_factory=tuple)
    kind: UpdateKind = UpdateKind.PROGRESS


def project(report_ids: Iterable[int], progress: Progress, *, now: datetime) -> None:
    """Write ``progress`` to every given report. Once published a report stays so until it is hidden.

    Opinions, consultations and praise are letters, not places on a map: they are never published.
    What the gate (``Report.publication``) keeps closed is not shown whatever the office says.
    """
    shown: object = None
    offered: object = False
    if progress.publish:
        kept = Coalesce("published_at", Value(now))
        problem = Q(kind=ReportKind.PROBLEM)
        shown = Case(When(problem & Q(publication__in=OPEN_GATES), then=kept), default=None)
        offered = Case(When(problem, then=Value(value=True)), default=Value(value=False))
    Report.objects.filter(pk__in=list(report_ids)).update(
        **_view(progress, now=now), publishable=offered, published_at=shown
    )


def take_over(report: Report, progress: Progress, *, now: datetime) -> bool:
    """Write the first ``progress`` of a report and take it out of the sweep, in one statement.

    False when somebody else has answered for it meanwhile, and then nothing is written. A gate that
    opened since ``report`` was read is found by ``publication.open_gates``; one that closed makes the
    database refuse the row.
    """
    view = _view(progress, now=now)
    offered = progress.publish and report.kind == ReportKind.PROBLEM
    shown = offered and report.publication in OPEN_GATES
    view |= {
        "triaged_at": now,
        "publishable": offered,
        "published_at": now if shown else None,
    }
    for name, value in view.items():
        setattr(report, name, value)
    return update_row(report, tuple(view), where={"triaged_at": None})


def _view(progress: Progress, *, now: datetime) -> dict[str, object]:
    """Return the columns a resident sees of ``progress``."""
    return {
        "public_status": progress.status,
        "allowed_actions": [str(action) for action in progress.allowed_actions],
        "department_name": progress.department_name,
        "promised_at": progress.promised_at,
        "category_id": progress.category_id,
        "grid_id": progress.grid_id,
        "urgency": progress.urgency,
        "safety_prompt": progress.safety_prompt,
        "rejection": dict(progress.rejection) if progress.rejection else None,
        "remedies": dict(progress.remedies) if progress.remedies else None,
        "closed_at": now if progress.status in CLOSED_STATUSES else None,
        "updated_at": now,
    }


def post_line(
    report_ids: Iterable[int], line: Line, *, status: PublicStatus, now: datetime
) -> None:
    """Add ``line`` to the timeline of every given report."""
    updates = [
        ReportUpdate(
            report_id=report_id,
            at=now,
            kind=line.kind,
            status=status,
            text=line.text,
            department_name=line.department_name,
        )
        for report_id in report_ids
    ]
    if len(updates) == 1:
        insert_row(updates[0])
    else:
        ReportUpdate.objects.bulk_create(updates)
    if line.photos:
        link = ReportUpdate.photos.through
        link.objects.bulk_create(
            link(reportupdate_id=update.pk, photo_id=photo)
            for update in updates
            for photo in line.photos
        )


def mark_triaged(report_id: int, *, now: datetime) -> bool:
    """Take the report out of the sweep: some ticket (or a withdrawal) answers for it now.

    False when it was out already.
    """
    waiting = Report.objects.filter(pk=report_id, triaged_at__isnull=True)
    return waiting.update(triaged_at=now, updated_at=now) == 1


def start_next_round(report_ids: Iterable[int]) -> None:
    """Let every given report be rated once more."""
    Report.objects.filter(pk__in=list(report_ids)).update(reopen_count=F("reopen_count") + 1)
