"""Forgetting a person and keeping their cases, as a row of small steps in one transaction.

Another table that knows residents brings a step of its own (``ERASE_STEPS``). What is no row (files,
the pages of a database file) is done after the commit, by tasks that a sweep repeats.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from reports.domain.blocks import remember_account
from reports.domain.consents import write_consents
from reports.domain.messages import forget_messages
from reports.domain.originals import disown_photos
from reports.domain.photos import drop_unclaimed
from reports.domain.poll_votes import forget_votes
from reports.domain.publication import withdraw_own_photos
from reports.domain.topics import forget_supports
from reports.domain.volunteer_ends import end_with_erasure
from reports.enums import ConsentHow, ConsentKind
from reports.models import (
    GuardianRequest,
    PhoneCode,
    Photo,
    Rating,
    Report,
    ReportUpdate,
    Resident,
    ResidentToken,
)
from xiangcun.lib.text import mask_contacts

logger = logging.getLogger(__name__)

_NAME_MARK = "某某"
_MIN_NAME = 2
_CHUNK = 200
_LATE = timedelta(hours=1)
_SWEEP_BATCH = 200


@dataclass(frozen=True, slots=True)
class EraseStep:
    """One thing to forget; ``run`` gets the resident as they were and the moment."""

    name: str
    run: Callable[[Resident, datetime], None]


def erase_resident(resident: Resident, *, now: datetime) -> None:
    """Forget the person and keep the cases; twice is as good as once.

    Identity columns are emptied, tokens and requests deleted, reports and photos lose their link, the
    contact phone and the camera's notes. In the words that stay as evidence, telephone numbers and the
    like are masked, and the name the person went by. The row stays as a tombstone; the consent log
    hangs on it and says when the consents ended. A later login with the same account is a new person.
    """
    with transaction.atomic():
        # No key: a ticket's step may be writing a row of this person while it holds the ticket.
        person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
        for step in (*_office_steps, *ERASE_STEPS):
            step.run(person, now)
        transaction.on_commit(scrub_database_file)
    logger.info("resident_erased resident=%s", resident.pk)


def sweep_leftovers(*, now: datetime) -> int:
    """Forget what came in under a name while it was being erased; return how many names.

    A report or a photo that had passed the token's check is written a moment after the erasure. Who
    became part of another person is not forgotten: ``reports.domain.joining`` brings theirs after.
    """
    stones = Resident.objects.filter(erased_at__gte=now - _LATE, absorbed_by__isnull=True)
    reports = Report.objects.filter(resident=OuterRef("pk"))
    photos = Photo.objects.filter(resident=OuterRef("pk"))
    late = stones.filter(Exists(reports) | Exists(photos)).order_by("pk")[:_SWEEP_BATCH]
    people = list(late)
    for person in people:
        erase_resident(person, now=now)
    return len(people)


def _end_consents(person: Resident, now: datetime) -> None:
    """Close the log: everything that was agreed to is taken back."""
    open_kinds = {ConsentKind(kind): False for kind, said in person.consents.items() if said}
    write_consents(person, open_kinds, how=ConsentHow.ERASED, now=now)


def _drop_tokens(person: Resident, now: datetime) -> None:  # noqa: ARG001 - the shape of a step
    ResidentToken.objects.filter(user=person).delete()


def _drop_guardian(person: Resident, now: datetime) -> None:  # noqa: ARG001 - as above
    GuardianRequest.objects.filter(resident=person).delete()
    GuardianRequest.objects.filter(guardian=person).update(guardian=None)


def _drop_messages(person: Resident, now: datetime) -> None:  # noqa: ARG001 - as above
    forget_messages(person.pk)


def _drop_codes(person: Resident, now: datetime) -> None:
    """Leave only the digest of the number, for a day: erasing oneself must not reset its limit."""
    PhoneCode.objects.filter(resident=person).update(resident=None, code_hash="", expires_at=now)


def _keep_restrictions(person: Resident, now: datetime) -> None:
    """Restricted for a while is who comes back with the same account, too."""
    remember_account(person, now=now)


def _clean_words(ids: list[int], person: Resident) -> None:
    """Mask contact data and the person's own name in what they wrote, before the link is cut."""
    mine = Report.objects.filter(pk__in=ids)
    _rewrite(mine, "text", person)
    _rewrite(mine, "address", person)
    _rewrite(ReportUpdate.objects.filter(report__in=ids), "text", person)
    _rewrite(Rating.objects.filter(report__in=ids), "comment", person)


def _drop_voices(person: Resident, now: datetime) -> None:
    forget_supports(person, now=now)
    forget_votes(person)


def _withdraw_public(person: Resident, now: datetime) -> None:  # noqa: ARG001 - as above
    withdraw_own_photos(person.pk)


def _cut_photos(person: Resident, now: datetime) -> None:
    drop_unclaimed(Photo.objects.filter(resident=person, claimed_at__isnull=True))
    disown_photos(Photo.objects.filter(resident=person), now=now)


def _cut_reports(person: Resident, now: datetime) -> None:
    """Clean the words and cut the link; the body's fingerprint was made of words with the telephone.

    Of the same rows, by id: one that comes in between keeps its link, by which the sweep finds it.
    """
    ids = list(Report.objects.filter(resident=person).values_list("pk", flat=True))
    _clean_words(ids, person)
    Report.objects.filter(pk__in=ids).update(
        resident=None,
        contact_phone="",
        client_id=None,
        body_hash="",
        sender_device="",
        sender_address="",
        updated_at=now,
    )


def _empty_row(person: Resident, now: datetime) -> None:
    Resident.objects.filter(pk=person.pk, erased_at__isnull=True).update(
        openid=None,
        unionid="",
        nickname="",
        phone="",
        phone_verified_at=None,
        grid=None,
        consent_version="",
        consented_at=None,
        consents={},
        age_band="",
        guardian_at=None,
        is_active=False,
        erased_at=now,
        absorbed_by=None,
    )
    Resident.objects.filter(absorbed_by=person).update(absorbed_by=None)


ERASE_STEPS: tuple[EraseStep, ...] = (
    EraseStep("consents", _end_consents),
    EraseStep("tokens", _drop_tokens),
    EraseStep("guardian", _drop_guardian),
    EraseStep("messages", _drop_messages),
    EraseStep("codes", _drop_codes),
    EraseStep("restrictions", _keep_restrictions),
    EraseStep("voices", _drop_voices),
    EraseStep("volunteer", end_with_erasure),
    EraseStep("public", _withdraw_public),
    EraseStep("photos", _cut_photos),
    EraseStep("reports", _cut_reports),
    EraseStep("resident", _empty_row),
)
"""In this order: what finds its rows by the resident's reports comes before the link is cut."""


_office_steps: list[EraseStep] = []


def add_step(step: EraseStep) -> None:
    """Let the office, which this world does not know, forget its part; once a name.

    Its steps come first: tickets are locked before reports, and the link is still there.
    """
    if step.name not in {known.name for known in _office_steps}:
        _office_steps.append(step)


def clean_words(text: str, *, name: str = "") -> str:
    """Return ``text`` without contact data and without the name its writer went by."""
    masked = mask_contacts(text)
    return masked.replace(name, _NAME_MARK) if len(name) >= _MIN_NAME else masked


def scrub_database_file() -> None:
    """Let nothing of what was erased stand in SQLite's log; its pages are wiped as they are freed.

    The log cannot shrink while somebody reads: then the next checkpoint does it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rewrite(rows: QuerySet[Any], column: str, person: Resident) -> None:
    """Write the cleaned texts of the rows that need it, some at a time."""
    name = person.nickname.strip()
    for changed in _chunks(rows, column, name):
        rows.model._default_manager.bulk_update(changed, [column])  # noqa: SLF001 - Django's own


def _chunks(rows: QuerySet[Any], column: str, name: str) -> Iterator[list[Any]]:
    changed: list[Any] = []
    for row in rows.only("pk", column).order_by("pk").iterator(chunk_size=_CHUNK):
        text = getattr(row, column)
        clean = clean_words(text, name=name)
        if clean != text:
            setattr(row, column, clean)
            changed.append(row)
        if len(changed) >= _CHUNK:
            yield changed
            changed = []
    if changed:
        yield changed
