"""The gate before the public page: the only writer of ``Report.publication``.

Two must agree before ``published_at`` is set. The office says ``publishable`` (its category, its
status: ``reports.domain.progress``). The gate says whether the resident lets it be shown, the checks
found nothing, or a member of staff has decided. Neither ever holds the report itself back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Case, F, QuerySet, Value, When
from django.utils.translation import gettext as _

from reports.domain.content_platform import is_checkable
from reports.domain.public_photos import withdraw_from_reports
from reports.domain.word_check import suspicions
from reports.enums import Publication, PublicPhotoKind, ReportKind
from reports.models import OPEN_GATES, PublicNote, PublicPhotoReport, Report, Resident
from xiangcun.lib.errors import ConflictError, InvalidInputError
from xiangcun.lib.text import mask_contacts, strip_links

logger = logging.getLogger(__name__)
ALL, SUSPECTS = "all", "suspects"
_SWEEP_BATCH = 200
_SHOWN_BEFORE = Case(
    When(published_at__isnull=False, then=Value(value=True)),
    default=F("publishable"),
    output_field=BooleanField(),
)
"""Rows older than the gate may be public without the office's word in its own column."""


def first_state(
    text: str, *, kind: ReportKind, resident: Resident | None, anonymous: bool
) -> Publication:
    """Return where the gate of a new report stands; no query.

    A letter (opinion, consultation, praise) is never published, so it is never sent to be checked.
    """
    if resident is not None and resident.publication_refused:
        return Publication.REFUSED
    if kind == ReportKind.PROBLEM and is_checkable(resident, anonymous=anonymous):
        return Publication.PENDING
    return checked_state(text)


def checked_state(text: str) -> Publication:
    """Return where the gate stands by our own rules, once no platform is to be waited for."""
    if settings.PUBLICATION_REVIEW == ALL or suspicions(text):
        return Publication.REVIEW
    return Publication.CLEAR


def settle_checks(report_id: int, state: Publication, *, now: datetime) -> bool:
    """Write what the checks found; False when staff or the resident have decided meanwhile."""
    waiting = Report.objects.filter(pk=report_id, publication=Publication.PENDING)
    settled = waiting.update(publication=state, updated_at=now) == 1
    if settled and state in OPEN_GATES:
        _show([report_id], now=now)
    return settled


def approve(report_id: int, *, now: datetime) -> Report:
    """Let the public see the case: a member of staff has looked at it.

    ``publication_refused`` when the resident does not want it shown: that is not staff's to decide.
    ``publication_not_possible`` for a case that the office does not show (yet, or any more).
    """
    with transaction.atomic():
        report = _locked(report_id)
        if report.publication == Publication.REFUSED:
            raise ConflictError("publication_refused", _("上报人不同意公开，不能公开这件事项"))
        if not report.publishable and report.published_at is None:
            raise ConflictError(
                "publication_not_possible", _("这件事项所属分类或目前状态不公开，不用审核")
            )
        changed = Report.objects.filter(pk=report_id)
        changed.update(publication=Publication.APPROVED, publishable=True, updated_at=now)
        _show([report_id], now=now)
    report.refresh_from_db()
    return report


def withhold(report_id: int, *, now: datetime) -> Report:
    """Take the case from the public page, or keep it away; until a member of staff approves it."""
    with transaction.atomic():
        report = _locked(report_id)
        if report.publication in {Publication.WITHHELD, Publication.REFUSED}:
            raise ConflictError("already_withheld", _("这件事项本来就没有公开"))
        _hide(Report.objects.filter(pk=report_id), Publication.WITHHELD, now=now)
    report.refresh_from_db()
    return report


def follow_consent(resident_id: int, *, granted: bool, now: datetime) -> int:
    """Carry a resident's choice over to all their cases, in the caller's transaction.

    Refused: nothing of theirs stays public, and photos of theirs that staff had released are
    withdrawn for good. Granted: the cases go through the checks once more; what staff withheld stays
    withheld. Return how many cases changed.
    """
    with transaction.atomic():
        mine = Report.objects.filter(resident=resident_id)
        if granted:
            refused = list(mine.filter(publication=Publication.REFUSED).values_list("pk", "text"))
            for report_id, text in refused:
                _reopen(report_id, text, now=now)
            return len(refused)
        withdraw_own_photos(resident_id)
        shown = mine.exclude(publication__in=[Publication.WITHHELD, Publication.REFUSED])
        return _hide(shown, Publication.REFUSED, now=now)


def withdraw_own_photos(resident_id: int) -> int:
    """Take every photo this resident sent from the public page; what the office took stays.

    To be called before an erasure cuts the reports from the person. Return how many were shown.
    """
    own = PublicPhotoReport.objects.filter(
        report__resident=resident_id, public_photo__kind=PublicPhotoKind.BEFORE
    )
    return withdraw_from_reports(own)


def write_note(report_id: int, *, summary: str, reply: str, now: datetime) -> PublicNote:
    """Keep the words staff chose for the public; both may be empty. Links are taken out.

    ``contact_in_public_text`` when there is a telephone number or the like in them.
    """
    texts = {"summary": summary.strip(), "reply": reply.strip()}
    for field, text in texts.items():
        if mask_contacts(text) != text:
            raise InvalidInputError.of_field(
                field, "contact_in_public_text", _("公开的文字里不能有电话、证件号或社交账号")
            )
    note, _created = PublicNote.objects.update_or_create(
        report_id=report_id,
        defaults={name: strip_links(text) for name, text in texts.items()} | {"updated_at": now},
    )
    return note


def open_gates(*, now: datetime) -> int:
    """Show what both sides agreed on while neither knew of the other; return how many.

    Triage may write the office's word from a row it read before the checks were done.
    """
    held = Report.objects.filter(publishable=True, published_at__isnull=True)
    agreed = held.filter(publication__in=OPEN_GATES).order_by("-id")
    return _show(list(agreed.values_list("pk", flat=True)[:_SWEEP_BATCH]), now=now)


def _locked(report_id: int) -> Report:
    return Report.objects.select_for_update(no_key=True).get(pk=report_id)


def _show(report_ids: Iterable[int], *, now: datetime) -> int:
    """Publish those that the office shows and the gate lets through; both conditions in the statement."""
    rows = Report.objects.filter(
        publication__in=OPEN_GATES,
        pk__in=list(report_ids),
        publishable=True,
        published_at__isnull=True,
        kind=ReportKind.PROBLEM,
    )
    return rows.update(published_at=now, updated_at=now)


def _hide(rows: QuerySet[Report], state: Publication, *, now: datetime) -> int:
    return rows.update(
        publication=state, publishable=_SHOWN_BEFORE, published_at=None, updated_at=now
    )


def _reopen(report_id: int, text: str, *, now: datetime) -> None:
    state = checked_state(text)
    rows = Report.objects.filter(pk=report_id, publication=Publication.REFUSED)
    if rows.update(publication=state, updated_at=now) and state in OPEN_GATES:
        _show([report_id], now=now)
