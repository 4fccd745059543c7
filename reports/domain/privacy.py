"""A resident's rights over their data (PIPL articles 45 to 47): correct, erase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.domain.consents import take_consent, write_consents
from reports.domain.erasing import erase_resident
from reports.domain.guardians import check_guardian
from reports.enums import AgeBand, ConsentHow, ConsentKind
from reports.models import Report, Resident
from xiangcun.lib.errors import ConflictError

__all__ = ["Profile", "erase_resident", "update_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The columns a resident may change; ``None`` leaves one as it is, "" empties it."""

    nickname: str | None = None
    phone: str | None = None
    consent_version: str | None = None
    age_band: AgeBand | None = None


def update_profile(resident: Resident, profile: Profile, *, now: datetime) -> Resident:
    """Write the given columns; a new consent version is a line of the consent log, dated ``now``.

    Raises ``age_band_fixed``, ``guardian_needed`` (a child's name or number), ``consent_needed``.
    """
    _check_age(resident, profile)
    changes = _changes(resident, profile)
    with transaction.atomic():
        if profile.age_band is not None:
            resident.age_band = profile.age_band
        if profile.nickname or profile.phone:
            check_guardian(resident)
        if profile.phone:
            take_consent(resident, ConsentKind.PHONE, now=now)
        if changes:
            # The guard: an erasure that came first must not be filled in again.
            Resident.objects.filter(pk=resident.pk, erased_at__isnull=True).update(**changes)
        if profile.age_band == AgeBand.CHILD and resident.needs_guardian:
            _forget_until_allowed(resident, now=now)
        version = profile.consent_version
        if version is not None and version != resident.consent_version:
            answer = {ConsentKind.PRIVACY: bool(version)}
            write_consents(resident, answer, how=ConsentHow.GIVEN, now=now, version=version)
    if changes or version is not None:
        resident.refresh_from_db()
    return resident


def _changes(resident: Resident, profile: Profile) -> dict[str, object]:
    """Return the columns to write; another number is one that nobody has verified."""
    given = {"nickname": profile.nickname, "phone": profile.phone, "age_band": profile.age_band}
    changes: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if profile.phone is not None and profile.phone != resident.phone:
        changes["phone_verified_at"] = None
    return changes


def _check_age(resident: Resident, profile: Profile) -> None:
    """Let nobody who said to be a child grow up by a tap: that would be the end of the guardian."""
    if (
        resident.age_band == AgeBand.CHILD
        and profile.age_band is not None
        and profile.age_band != AgeBand.CHILD
    ):
        raise ConflictError(
            "age_band_fixed",
            _("已选择未满 14 周岁，不能自行更改。选错了可以注销后重新登录，或到窗口更正"),
        )


def _forget_until_allowed(resident: Resident, *, now: datetime) -> None:
    """Drop what names a child before its guardian has agreed; its cases go on, linked to nobody's number."""
    Resident.objects.filter(pk=resident.pk).update(
        nickname="", phone="", phone_verified_at=None, unionid=""
    )
    left = Report.objects.filter(resident=resident).exclude(contact_phone="")
    left.update(contact_phone="", updated_at=now)
