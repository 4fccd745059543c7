"""A resident's rights over their data (PIPL articles 45 to 47): correct, erase."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reports.models import Photo, Report, Resident, ResidentToken

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The columns a resident may change; ``None`` leaves one as it is, "" empties it."""

    nickname: str | None = None
    phone: str | None = None
    consent_version: str | None = None


def update_profile(resident: Resident, profile: Profile, *, now: datetime) -> Resident:
    """Write the given columns; a new consent version is dated ``now``."""
    changes: dict[str, object] = {
        name: value
        for name, value in (
            ("nickname", profile.nickname),
            ("phone", profile.phone),
            ("consent_version", profile.consent_version),
        )
        if value is not None
    }
    if "consent_version" in changes and profile.consent_version != resident.consent_version:
        changes["consented_at"] = now if profile.consent_version else None
    if changes:
        # The guard: an erasure that came first must not be filled in again.
        Resident.objects.filter(pk=resident.pk, erased_at__isnull=True).update(**changes)
        resident.refresh_from_db()
    return resident


@transaction.atomic
def erase_resident(resident: Resident, *, now: datetime) -> None:
    """Forget the person and keep the cases.

    Identity columns are emptied, tokens deleted, reports and photos lose their link to the person
    and their contact phone. The words of a report are evidence of an official case and stay as they
    are; display masks contact data in them. The row stays as a tombstone without content. A later
    login with the same WeChat account is a new resident.
    """
    Resident.objects.select_for_update().get(pk=resident.pk)
    ResidentToken.objects.filter(user=resident).delete()
    Report.objects.filter(resident=resident).update(
        resident=None,
        contact_phone="",
        client_id=None,
        sender_device="",
        sender_address="",
        updated_at=now,
    )
    Photo.objects.filter(resident=resident).update(resident=None)
    Resident.objects.filter(pk=resident.pk).update(
        openid=None,
        unionid="",
        nickname="",
        phone="",
        grid=None,
        consent_version="",
        consented_at=None,
        is_active=False,
        erased_at=now,
    )
    logger.info("resident_erased resident=%s", resident.pk)
