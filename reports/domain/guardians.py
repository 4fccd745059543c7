"""A child under 14 and its guardian (PIPL article 31): who asks, who says yes, who may take it back.

The child's page shows a code. The guardian types it on a phone and under an account of their own, or
brings it on paper to the office, where the staff see a code and no child.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.domain.consents import write_consents
from reports.domain.erasing import erase_resident
from reports.domain.identity import is_known_person
from reports.enums import AgeBand, ConsentHow, ConsentKind, GuardianRelation, GuardianState
from reports.models import GuardianRequest, Resident
from reports.queries.guardians import find_request
from xiangcun.lib.errors import ConflictError

REQUEST_LIFE = timedelta(days=14)
CODE_LENGTH = 8
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_TRIES = 5


def check_guardian(resident: Resident) -> None:
    """Refuse to keep what names a child whose guardian has not agreed."""
    if resident.needs_guardian:
        raise ConflictError(
            "guardian_needed", _("未满 14 周岁，监护人同意后才能保存称呼和电话。上报不受影响")
        )


def ask_guardian(resident: Resident, *, now: datetime) -> GuardianRequest:
    """Return the child's request: the one that is still valid, else a new one with a new code."""
    if not resident.needs_guardian:
        raise ConflictError("guardian_not_needed", _("不需要监护人确认"))
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _request_of(resident, now=now)
        except IntegrityError:  # two taps at once, or once in a very long time the same code
            continue
    raise ConflictError("guardian_busy", _("系统繁忙，请稍后重试"))


def _request_of(resident: Resident, *, now: datetime) -> GuardianRequest:
    request = GuardianRequest.objects.select_for_update().filter(resident=resident).first()
    if request is not None and request.state == GuardianState.WAITING and request.expires_at > now:
        return request
    if request is not None:
        request.delete()
    return GuardianRequest.objects.create(
        resident=resident,
        code="".join(secrets.choice(_ALPHABET) for _digit in range(CODE_LENGTH)),
        created_at=now,
        expires_at=now + REQUEST_LIFE,
    )


def confirm_by_account(
    code: str, *, guardian: Resident, relation: GuardianRelation, now: datetime
) -> GuardianRequest:
    """Let the guardian agree under their own account.

    Raises ``guardian_same_person``, ``guardian_too_young``, ``guardian_unverified`` (a browser's guest:
    the child could be that as well), ``guardian_code_unknown``.
    """
    _check_guardian_account(find_request(code, now=now), guardian)
    return _confirm(code, how=ConsentHow.GUARDIAN, guardian=guardian, relation=relation, now=now)


def confirm_on_paper(code: str, *, now: datetime) -> GuardianRequest:
    """Let the office write down the paper that the guardian signed at its window."""
    return _confirm(
        code, how=ConsentHow.PAPER, guardian=None, relation=GuardianRelation.PARENT, now=now
    )


def confirm_by_phone(code: str, *, relation: GuardianRelation, now: datetime) -> GuardianRequest:
    """Write down the yes of a guardian who answered a text message (``reports.domain.guardian_codes``)."""
    return _confirm(code, how=ConsentHow.PHONE, guardian=None, relation=relation, now=now)


def refuse_by_account(code: str, *, guardian: Resident, now: datetime) -> None:
    """Let the guardian say no, or take a yes back: then the child's account is erased."""
    request = find_request(code, now=now)
    _check_guardian_account(request, guardian)
    if request.state == GuardianState.CONFIRMED:
        if request.guardian_id != guardian.pk:
            raise ConflictError("guardian_another", _("请由当时确认的监护人操作，或到窗口办理"))
        erase_resident(request.resident, now=now)
        return
    GuardianRequest.objects.filter(pk=request.pk, state=GuardianState.WAITING).update(
        state=GuardianState.REFUSED, decided_at=now
    )


def _check_guardian_account(request: GuardianRequest, guardian: Resident) -> None:
    if request.resident_id == guardian.pk:
        raise ConflictError("guardian_same_person", _("请由监护人用自己的手机和账号确认"))
    if guardian.age_band != AgeBand.ADULT:
        raise ConflictError(
            "guardian_too_young", _("监护人须已满 18 周岁，请先在“我的”里选择年龄段")
        )
    if not is_known_person(guardian):
        raise ConflictError(
            "guardian_unverified", _("请用微信登录，或先验证手机号，再替孩子确认；也可以到窗口登记")
        )


@transaction.atomic
def _confirm(
    code: str,
    *,
    how: ConsentHow,
    guardian: Resident | None,
    relation: GuardianRelation,
    now: datetime,
) -> GuardianRequest:
    """Confirm once; the guarded update decides between two who do it at the same moment."""
    request = find_request(code, now=now)
    if request.state == GuardianState.CONFIRMED:
        return request
    waiting = GuardianRequest.objects.filter(pk=request.pk, state=GuardianState.WAITING)
    changed = waiting.update(
        state=GuardianState.CONFIRMED, guardian=guardian, relation=relation, decided_at=now
    )
    request.refresh_from_db()
    if changed:
        child = Resident.objects.filter(pk=request.resident_id, erased_at__isnull=True)
        child.update(guardian_at=now)
        write_consents(request.resident, {ConsentKind.GUARDIAN: True}, how=how, now=now)
    return request
