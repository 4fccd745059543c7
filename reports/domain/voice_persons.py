"""Who may support and vote: somebody proved by WeChat or by a telephone number, and once.

A guest of a browser is nobody in particular: ten private windows would be ten voices.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reports.domain.identity import is_guest, is_known_person
from reports.models import Resident
from xiangcun.lib.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class Mark:
    """A digest of one proof of a person: an ``account`` of WeChat's, or a telephone number.

    ``guest``: the number is all we know of them.
    """

    digest: str
    account: bool = True
    guest: bool = False


def lock_verified(resident: Resident) -> Resident:
    """Lock the person's row and return it as it is now, before any row of theirs is written.

    ``verification_needed`` for a guest, ``account_disabled`` for who was forgotten or became part of
    another row meanwhile: an erasure waits for us or we for it, and nothing is left behind.
    """
    person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    if not person.is_active or person.erased_at is not None:
        raise NotAllowedError("account_disabled", _("登录已失效，请重新登录后再试"))
    if not is_known_person(person):
        raise NotAllowedError(
            "verification_needed",
            _("支持和投票一人只算一次，请先在微信里登录，或在“我的”里验证手机号"),
        )
    return person


def marks_of(resident: Resident, *, poll_id: int) -> list[Mark]:
    """Return the digests of everything that proves this person, different in every poll.

    Keyed by ``SECRET_KEY`` and salted by the poll: nobody can try all numbers, or follow one digest
    from poll to poll.
    """
    guest, phone = is_guest(resident), _verified_phone(resident)
    marks = []
    if not guest:
        marks.append(Mark(_digest(poll_id, f"openid:{resident.openid}")))
    if resident.unionid:
        marks.append(Mark(_digest(poll_id, f"unionid:{resident.unionid}")))
    if phone:
        marks.append(Mark(_digest(poll_id, f"phone:{phone}"), account=False, guest=guest))
    return marks


def _verified_phone(resident: Resident) -> str:
    return resident.phone if resident.phone_verified_at is not None else ""


def _digest(poll_id: int, proof: str) -> str:
    return salted_hmac(f"xiangcun.vote.{poll_id}", proof, algorithm="sha256").hexdigest()
