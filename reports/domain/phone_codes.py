"""Whose telephone it is: a code by text message, or the word of WeChat.

A code has six digits, lasts five minutes and bears five tries. How many may be sent is counted in
rows, for one number, for one person and for all together, so that nobody floods somebody else's
telephone or the office's bill; a cache that is away changes nothing about it.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reports.domain.consents import take_consent
from reports.domain.guardians import check_guardian
from reports.domain.identity import wechat_openid
from reports.domain.sms_sending import send_code_sms
from reports.enums import ConsentKind
from reports.models import PhoneCode, Resident
from xiangcun.lib import sms, wechat
from xiangcun.lib.errors import DomainError, InvalidInputError, NotAllowedError
from xiangcun.lib.sms import SmsOutcome

logger = logging.getLogger(__name__)

LIFE = timedelta(minutes=5)
GAP = timedelta(seconds=60)
DAY = timedelta(days=1)
OWN, FOR_GUARDIAN = "code", "guardian"
"""What a code is for: whose number it is, or a guardian's yes."""
MAX_TRIES, NUMBER_A_DAY, RESIDENT_A_DAY = 5, 5, 10
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CHINA = "86"


class CodeTooOftenError(DomainError):
    """429: enough codes were sent for now."""

    status = 429

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__("too_many_requests", message)
        self.retry_after = seconds


class SmsUnavailableError(DomainError):
    """503: no text messages here, or the service did not take ours."""

    status = 503


def send_code(resident: Resident, phone: str, *, now: datetime) -> None:
    """Send a code to a mobile number and note that it was sent.

    Raises ``phone_invalid``, ``guardian_needed``, ``consent_needed``, ``too_many_requests`` with the seconds to wait, ``sms_off``,
    ``sms_used_up`` and ``sms_failed``. A code that certainly was not sent does not count.
    """
    if not sms.configured():
        raise SmsUnavailableError("sms_off", _("没有开通短信验证，电话可以直接填写"))
    check_mobile(phone)
    check_guardian(resident)
    take_consent(resident, ConsentKind.PHONE, now=now)
    issue_code(resident, phone, send_code_sms, now=now)


def check_mobile(phone: str) -> None:
    """Raise ``phone_invalid`` for what no text message can be sent to."""
    if not _MOBILE.fullmatch(phone):
        raise InvalidInputError.of_field("phone", "phone_invalid", _("验证码只能发到手机号"))


def issue_code(
    resident: Resident,
    phone: str,
    send: Callable[..., SmsOutcome],
    *,
    now: datetime,
    purpose: str = OWN,
) -> None:
    """Let ``send`` carry a new code, within the limits of the number and the person.

    A code is good for its ``purpose`` only. Raises as :func:`send_code` does.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = _note(resident, phone, code, now=now, purpose=purpose)
    outcome = send(resident.pk, phone, code, now=now)
    if outcome or outcome.maybe_sent:
        return
    row.delete()
    cache.delete(_gate(row.phone_hash))
    if outcome.trouble == "unwanted":
        raise InvalidInputError.of_field("phone", "phone_invalid", _("这个号码收不到短信"))
    raise SmsUnavailableError("sms_failed", _("短信没有发出去，请稍后再试"))


def confirm_code(resident: Resident, phone: str, code: str, *, now: datetime) -> Resident:
    """Make ``phone`` the verified number of whoever tells its code; the code is used up.

    Raises ``sms_code_wrong``, and ``sms_code_expired`` after five minutes or five tries.
    """
    latest = find_code(resident, phone, code, now=now)
    with transaction.atomic():
        use_code(latest, now=now)
        return _verify(resident, phone, now=now)


def find_code(
    resident: Resident, phone: str, code: str, *, now: datetime, purpose: str = OWN
) -> PhoneCode:
    """Return the row of the code that was told, having counted the try; raise what is wrong with it."""
    codes = PhoneCode.objects.filter(resident=resident, phone_hash=_phone_hash(phone))
    latest = codes.order_by("-created_at", "-pk").first()
    if latest is None or not _count_try(latest, now=now):
        raise _expired()
    if not compare_digest(latest.code_hash, _code_hash(resident, phone, code, purpose)):
        raise InvalidInputError.of_field("sms_code", "sms_code_wrong", _("验证码不正确"))
    return latest


def use_code(row: PhoneCode, *, now: datetime) -> None:
    """Use the code up, in the transaction of what it is for; the guarded update lets one win."""
    if not PhoneCode.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        raise _expired()


def take_wechat_number(resident: Resident, code: str, *, now: datetime) -> Resident:
    """Make the number that WeChat knows the verified one; call it outside of transactions."""
    check_guardian(resident)
    services = wechat.api()
    if services is None:
        raise NotAllowedError("wechat_phone_off", _("没有接入微信手机号，电话可以直接填写"))
    found = services.phone_number(code, openid=wechat_openid(resident))
    if found.country_code != _CHINA or not _MOBILE.fullmatch(found.number):
        raise InvalidInputError.of_field(
            "code", "phone_invalid", _("暂时只支持中国大陆手机号，其他号码可以直接填写")
        )
    return _verify(resident, found.number, now=now)


def sweep_phone_codes(*, now: datetime) -> int:
    """Delete what was sent more than a day ago; return how many."""
    deleted, _by_model = PhoneCode.objects.filter(created_at__lt=now - DAY).delete()
    return int(deleted)


def _count_try(row: PhoneCode, *, now: datetime) -> bool:
    """Count a try before the code is looked at: many at the same moment are no way round the limit."""
    usable = PhoneCode.objects.filter(
        pk=row.pk, used_at=None, expires_at__gt=now, tries__lt=MAX_TRIES
    )
    return bool(usable.update(tries=F("tries") + 1))


def _expired() -> InvalidInputError:
    return InvalidInputError.of_field("sms_code", "sms_code_expired", _("验证码已过期，请重新获取"))


def _note(resident: Resident, phone: str, code: str, *, now: datetime, purpose: str) -> PhoneCode:
    """Write the row before the message goes out, if another one may go out at all."""
    phone_hash = _phone_hash(phone)
    with transaction.atomic():
        # One of a person's requests after the other; the cache does the same for one number.
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
        _check_limits(resident, phone_hash, now=now)
        if not cache.add(_gate(phone_hash), 1, timeout=GAP.total_seconds()):
            raise _too_often(GAP)
        return PhoneCode.objects.create(
            resident=resident,
            phone_hash=phone_hash,
            code_hash=_code_hash(resident, phone, code, purpose),
            created_at=now,
            expires_at=now + LIFE,
        )


def _check_limits(resident: Resident, phone_hash: str, *, now: datetime) -> None:
    recent = PhoneCode.objects.filter(created_at__gt=now - DAY).order_by("-created_at")
    to_number = list(recent.filter(phone_hash=phone_hash).values_list("created_at", flat=True))
    by_resident = list(recent.filter(resident=resident).values_list("created_at", flat=True))
    if to_number and now - to_number[0] < GAP:
        raise _too_often(to_number[0] + GAP - now)
    for sent, most in ((to_number, NUMBER_A_DAY), (by_resident, RESIDENT_A_DAY)):
        if len(sent) >= most:
            raise _too_often(sent[most - 1] + DAY - now)
    most = settings.SMS_CODES_A_DAY
    if recent.order_by()[:most].count() >= most:
        logger.warning("phone_codes_used_up most=%d", most)
        raise SmsUnavailableError(
            "sms_used_up", _("今天的验证短信已经发完，请明天再试，或直接填写电话")
        )


def _too_often(wait: timedelta) -> CodeTooOftenError:
    seconds = max(1, int(wait.total_seconds()))
    if wait <= GAP:
        words = _("验证码刚刚发过，请 %s 秒后再试") % seconds
    else:
        words = _("今天发送验证码的次数太多，请 %s 小时后再试") % (seconds // 3600 + 1)
    return CodeTooOftenError(words, seconds=seconds)


def _verify(resident: Resident, phone: str, *, now: datetime) -> Resident:
    check_guardian(resident)
    take_consent(resident, ConsentKind.PHONE, now=now)
    # The guard: an erasure that came first must not be filled in again.
    rows = Resident.objects.filter(pk=resident.pk, erased_at__isnull=True)
    rows.update(phone=phone, phone_verified_at=now)
    resident.refresh_from_db()
    logger.info("phone_verified resident=%s", resident.pk)
    return resident


def _gate(phone_hash: str) -> str:
    return f"phone-code:{phone_hash[:32]}"


def _phone_hash(phone: str) -> str:
    return _digest("xiangcun.phone-code.number", phone)


def _code_hash(resident: Resident, phone: str, code: str, purpose: str) -> str:
    return _digest(f"xiangcun.phone-code.{purpose}", f"{resident.pk}:{phone}:{code}")


def _digest(salt: str, text: str) -> str:
    return salted_hmac(salt, text, algorithm="sha256").hexdigest()
