"""Two rows turn out to be one person: everything of the one becomes the other's, in one transaction.

It happens when a guest of a browser logs in through WeChat there, and when a ``unionid`` shows that
the doors of the mini program and of the web pages opened for the same person.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model, OneToOneField, QuerySet

from reports.domain.erasing import erase_resident
from reports.domain.poll_votes import merge_votes
from reports.domain.publication import follow_consent
from reports.domain.topics import merge_supports
from reports.domain.volunteer_ends import join_ledgers
from reports.enums import AgeBand, ConsentKind, ResidentRole
from reports.models import Report, Resident, ResidentToken

logger = logging.getLogger(__name__)

_LATE = timedelta(hours=1)
_SWEEP_BATCH = 200
_PROFILE = (
    "nickname", "phone", "phone_verified_at", "consent_version", "consented_at", "age_band",
    "guardian_at",
)  # fmt: skip
_OF_A_CHILD: dict[str, Any] = {
    "nickname": "",
    "phone": "",
    "phone_verified_at": None,
    "age_band": AgeBand.CHILD,
    "guardian_at": None,
}


@transaction.atomic
def absorb(source: Resident, into: Resident, *, now: datetime) -> bool:
    """Make ``into`` the owner of all rows of ``source`` and forget ``source``; say whether it was done.

    Every table that points at a resident is moved, whichever app owns it. A row the other person has
    already (the same photo, the same message read twice) gives way to theirs. The row of ``source``
    stays as an erased tombstone and its tokens end. A grid officer, a disabled account or somebody
    erased meanwhile is never absorbed: the locks below decide.
    """
    ids = sorted((source.pk, into.pk))
    # No key: a row that names one of them may be on its way under a ticket's lock.
    rows = Resident.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    locked = {row.pk: row for row in rows}
    old, kept = locked.get(source.pk), locked.get(into.pk)
    if source.pk == into.pk or not _may_absorb(old, kept):
        return False
    assert old is not None
    assert kept is not None
    join_ledgers(old, kept, now=now)
    _free_client_ids(old, kept)
    _move_all(old, kept)
    _fill_profile(old, kept)
    if old.publication_refused or kept.publication_refused:
        follow_consent(kept.pk, granted=False, now=now)
    erase_resident(old, now=now)
    Resident.objects.filter(pk=old.pk).update(absorbed_by=kept)
    into.refresh_from_db()
    logger.info("resident_absorbed resident=%s into=%s", old.pk, kept.pk)
    return True


def sweep_absorbed(*, now: datetime) -> int:
    """Bring after what was on its way under the old name when it was absorbed; return how many names.

    A request that had read the old token could insert its report after the rows had been moved. An
    hour later none can, and the tombstone forgets who it was.
    """
    stones = Resident.objects.filter(absorbed_by__isnull=False).order_by("pk")
    done = 0
    for key in list(stones.values_list("pk", flat=True)[:_SWEEP_BATCH]):
        done += _bring_after(key, now=now)
    return done


@transaction.atomic
def _bring_after(key: int, *, now: datetime) -> bool:
    old = Resident.objects.filter(pk=key, absorbed_by__isnull=False).first()
    if old is None or old.absorbed_by_id is None:
        return False
    kept = Resident.objects.select_for_update(no_key=True).get(pk=old.absorbed_by_id)
    join_ledgers(old, kept, now=now)
    _free_client_ids(old, kept)
    _move_all(old, kept)
    if old.erased_at is None or old.erased_at < now - _LATE:
        Resident.objects.filter(pk=old.pk).update(absorbed_by=None)
    return True


def _move_all(old: Resident, kept: Resident) -> None:
    """Point every row of every table at the other person; tokens end with the erasure."""
    merge_supports(old, kept)
    merge_votes(old, kept)
    for relation in relations():
        _move(relation.related_model, relation.field, old, kept)


def relations() -> list[Any]:
    """Return the keys that point at a resident, those without a name on the resident's side too."""
    fields = Resident._meta.get_fields(include_hidden=True)  # noqa: SLF001 - the documented model _meta API
    return [
        field
        for field in fields
        if (field.one_to_many or field.one_to_one)
        and field.auto_created
        and field.related_model is not ResidentToken
    ]


def _may_absorb(old: Resident | None, kept: Resident | None) -> bool:
    return (
        old is not None
        and kept is not None
        and old.is_active
        and kept.is_active
        and old.role == ResidentRole.RESIDENT
    )


def _free_client_ids(old: Resident, kept: Resident) -> None:
    """Let a draft that was sent under both names stay two reports: staff merge them, we lose none."""
    theirs = Report.objects.filter(resident=kept, client_id__isnull=False).values("client_id")
    Report.objects.filter(resident=old, client_id__in=theirs).update(client_id=None)


def _move(model: type[Model], field: Any, old: Resident, kept: Resident) -> None:
    """Point the rows at the other person: all at once, or one by one where some are there already."""
    rows: QuerySet[Model] = model._base_manager.filter(**{field.name: old})  # noqa: SLF001 - sees hidden rows too
    try:
        with transaction.atomic():
            rows.update(**{field.name: kept})
    except IntegrityError:
        for key in list(rows.values_list("pk", flat=True)):
            _move_one(model._base_manager.filter(pk=key), field, kept)  # noqa: SLF001


def _move_one(
    row: QuerySet[Model], field: ForeignKey[Any, Any] | OneToOneField[Any, Any], kept: Resident
) -> None:
    try:
        with transaction.atomic():
            row.update(**{field.name: kept})
    except IntegrityError:
        if field.null:
            row.update(**{field.name: None})
        else:
            row.delete()


def _fill_profile(old: Resident, kept: Resident) -> None:
    """Keep what the person told us before where they have not told it here."""
    changes = {name: getattr(old, name) for name in _PROFILE if not getattr(kept, name)}
    if "phone" not in changes:
        # A verification belongs to the number it was made of.
        changes.pop("phone_verified_at", None)
    consents = {**old.consents, **kept.consents}
    if old.publication_refused or kept.publication_refused:  # the stricter of two choices
        consents[ConsentKind.PUBLICATION.value] = False
    if old.needs_guardian or kept.needs_guardian:
        # Whoever said "under 14" is not made an adult by another door; nothing that names them stays.
        changes |= _OF_A_CHILD
        Report.objects.filter(resident=kept).exclude(contact_phone="").update(contact_phone="")
    Resident.objects.filter(pk=kept.pk).update(**changes, consents=consents)
    # They live on: the erasure of the old name is no withdrawal.
    Resident.objects.filter(pk=old.pk).update(consents={})
