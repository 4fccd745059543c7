"""Residents say yes and no, kind by kind; every answer is a line of the log and takes effect at once.

A report is never turned away for want of a consent: who was not asked yet and hands a thing over,
with the notice beside the field, is recorded as ``implied``; who refused keeps it to themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.domain.publication import follow_consent
from reports.domain.volunteer_ends import end_volunteer
from reports.enums import ConsentHow, ConsentKind
from reports.models import Consent, NoticeText, Report, Resident
from reports.queries.notices import current_notice
from xiangcun.lib.errors import ConflictError, FieldError, NotAllowedError

Effect = Callable[[int, datetime], None]


def _forget_phones(resident_id: int, now: datetime) -> None:
    """Delete the numbers that were left; the resident has taken the consent for them back."""
    Resident.objects.filter(pk=resident_id).update(phone="")
    left = Report.objects.filter(resident=resident_id).exclude(contact_phone="")
    left.update(contact_phone="", updated_at=now)


EFFECTS: Mapping[ConsentKind, tuple[Effect, ...]] = {
    ConsentKind.PHONE: (_forget_phones,),
    ConsentKind.VOLUNTEER: (end_volunteer,),
}
"""What a withdrawal does, in the same transaction as its line in the log."""


def answer_consents(
    resident: Resident,
    answers: Mapping[ConsentKind, bool],
    *,
    version: str,
    now: datetime,
    channel: str = "",
) -> Resident:
    """Write what the resident chose on the page of the notice; a withdrawal takes effect at once.

    Raises ``ConflictError`` ``notice_outdated`` when the page showed other words than those in force.
    """
    if version != current_notice().version:
        raise ConflictError("notice_outdated", _("隐私说明有更新，请重新阅读后再选择"))
    with transaction.atomic():
        write_consents(resident, answers, how=ConsentHow.GIVEN, now=now, channel=channel)
        for kind, granted in answers.items():
            for effect in () if granted else EFFECTS.get(kind, ()):
                effect(resident.pk, now)
        if ConsentKind.PUBLICATION in answers:
            follow_consent(resident.pk, granted=answers[ConsentKind.PUBLICATION], now=now)
    resident.refresh_from_db()
    return resident


def take_consent(
    resident: Resident, kind: ConsentKind, *, now: datetime, channel: str = ""
) -> None:
    """Make sure that a thing of ``kind`` may be kept, before it is.

    Free for who agreed. Never asked: the act is the answer, recorded as implied. Refused:
    ``NotAllowedError`` ``consent_needed`` on ``consents.<kind>``.
    """
    known = resident.consents.get(kind.value)
    if known is None:
        write_consents(resident, {kind: True}, how=ConsentHow.IMPLIED, now=now, channel=channel)
    elif not known:
        message = _("您没有同意“%s”，请先在隐私设置里同意") % kind.label
        field = FieldError(f"consents.{kind.value}", "consent_needed", message)
        raise NotAllowedError("consent_needed", message, errors=(field,))


def note_implied(
    resident: Resident, kinds: Iterable[ConsentKind], *, now: datetime, channel: str = ""
) -> None:
    """Record the kinds that were never asked; free when there are none."""
    new = {kind: True for kind in kinds if kind.value not in resident.consents}
    if new:
        write_consents(resident, new, how=ConsentHow.IMPLIED, now=now, channel=channel)


@transaction.atomic
def write_consents(
    resident: Resident,
    answers: Mapping[ConsentKind, bool],
    *,
    how: ConsentHow,
    now: datetime,
    channel: str = "",
    version: str = "",
) -> None:
    """Append to the log and bring ``Resident.consents`` up to it; nothing for an erased person.

    The row lock makes two answers at once one after the other. An implied yes never covers an answer
    that came between. ``version`` is for a client that names another notice than the one in force.
    """
    found = Resident.objects.filter(pk=resident.pk, erased_at__isnull=True)
    locked = found.select_for_update(no_key=True)
    known = locked.values_list("consents", flat=True).first()
    if known is None:
        return
    if how == ConsentHow.IMPLIED:
        answers = {kind: said for kind, said in answers.items() if kind.value not in known}
    if answers:
        line = Consent(resident=resident, how=how, channel=channel, at=now, version=version)
        _append(line, answers, now=now)
    resident.consents = {**known, **{kind.value: said for kind, said in answers.items()}}
    changes: dict[str, object] = {"consents": resident.consents}
    said = answers.get(ConsentKind.PRIVACY)
    if said is not None and how != ConsentHow.IMPLIED:
        resident.consent_version = (version or current_notice().version) if said else ""
        resident.consented_at = now if said else None
        changes |= {
            "consent_version": resident.consent_version,
            "consented_at": resident.consented_at,
        }
    found.update(**changes)


def _append(line: Consent, answers: Mapping[ConsentKind, bool], *, now: datetime) -> None:
    """Write one line a kind, with the words that were shown."""
    notice = current_notice()
    if line.version in {"", notice.version}:
        keep_notice(now=now)
        line.version, line.text_hash = notice.version, notice.text_hash
    columns = {
        name: getattr(line, name)
        for name in ("resident", "how", "channel", "at", "version", "text_hash")
    }
    Consent.objects.bulk_create(
        Consent(kind=kind, granted=granted, **columns) for kind, granted in answers.items()
    )


def keep_notice(*, now: datetime) -> None:
    """Keep the words in force, once: a hash proves nothing without them."""
    notice = current_notice()
    NoticeText.objects.get_or_create(
        text_hash=notice.text_hash,
        defaults={"version": notice.version, "body": notice.body, "at": now},
    )
