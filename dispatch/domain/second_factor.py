"""The second factor: a code of the telephone (TOTP, RFC 6238), and recovery codes for its loss.

The algorithm is django-otp's; the rows are ours because the secret is kept encrypted, recovery codes
are kept hashed, and a code counts once even when two browsers send it at the same moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from datetime import datetime
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.oath import hotp

from dispatch.domain.audit import record_audit
from dispatch.domain.lockout import folded_name, forget_failures, note_failure, reserve_attempt
from dispatch.domain.sessions import revoke_sessions_of
from dispatch.enums import AuditAction, Role
from dispatch.models import RecoveryCode, SecondFactor, SignInAttempt, Staff
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError

logger = logging.getLogger(__name__)
DEMANDED_OF = frozenset(
    {Role.LEAD, Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR, Role.LEADERSHIP}
)
RESETS = frozenset({Role.SECURITY})
STEP_SECONDS, DIGITS, TOLERANCE = 30, 6, 1
SECRET_BYTES = 20
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH, _GROUP = 12, 4


def second_factor_demanded(roles: frozenset[Role]) -> bool:
    """Whether these roles may not work without a second factor here."""
    return bool(settings.SECOND_FACTOR and roles & DEMANDED_OF)


def begin_enrolment(user: Staff, *, now: datetime) -> str:
    """Return the secret in base32, to be scanned; the same until it is confirmed."""
    if user.second_factor_at is not None:
        raise ConflictError("already_bound", _("动态口令已经绑定"))
    fresh = _cipher().encrypt(secrets.token_bytes(SECRET_BYTES)).decode()
    row = SecondFactor.objects.get_or_create(
        user=user, defaults={"secret": fresh, "created_at": now}
    )[0]
    secret = _secret(row)
    if secret is None:  # begun under a key that is gone
        SecondFactor.objects.filter(pk=row.pk).update(secret=fresh)
        secret = _cipher().decrypt(fresh)
    return base64.b32encode(secret).decode()


def provisioning_uri(user: Staff, secret: str) -> str:
    """Return what the QR code says."""
    issuer = quote(str(_("乡村小脑")))
    label = f"{issuer}:{quote(user.username)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={STEP_SECONDS}"


def confirm_enrolment(
    user: Staff, code: str, *, keep_session: str | None, address: str, now: datetime
) -> list[str]:
    """Put the second factor in force once the telephone shows the right code.

    Returns the recovery codes, which nobody can read again. Every other session of the account goes.
    """
    attempt = reserve_attempt(user.username, step=SignInAttempt.CODE, address=address, now=now)
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().filter(user=user).first()
        if row is None or row.confirmed_at is not None:
            raise ConflictError("already_bound", _("动态口令已经绑定，请刷新页面"))
        step = _matching_step(row, code, now=now)
        if step is not None:
            row.last_step, row.confirmed_at = step, now
            row.save(update_fields=["last_step", "confirmed_at"])
            Staff.objects.filter(pk=user.pk).update(second_factor_at=now)
            user.second_factor_at = now
            codes = _fresh_recovery_codes(user)
    if step is None:
        note_failure(attempt, user=user, now=now)
        raise InvalidInputError.of_field(
            "code", "wrong_code", _("口令不正确，请输入手机上当前显示的 6 位数字")
        )
    forget_failures(attempt)
    revoke_sessions_of(user, actor=user, keep=keep_session, now=now, address=address)
    record_audit(AuditAction.SECOND_FACTOR_SET, actor=user, now=now, address=address)
    return codes


def check_code(user: Staff, code: str, *, address: str, now: datetime) -> bool:
    """Accept a code of the telephone or a recovery code, each once; True for a recovery code.

    Raises ``LockedOutError`` or a wrong-code error, the same for wrong and for used ones.
    """
    attempt = reserve_attempt(user.username, step=SignInAttempt.CODE, address=address, now=now)
    typed = "".join(code.split()).replace("-", "").casefold()
    recovered = not typed.isdecimal() and _spend_recovery_code(user, typed, now=now)
    if recovered or _spend_code(user, typed, now=now):
        forget_failures(attempt)
        return recovered
    note_failure(attempt, user=user, now=now)
    raise InvalidInputError.of_field(
        "code", "wrong_code", _("口令不正确或已用过，请等手机显示下一个口令后再输入")
    )


def release_own(user: Staff, code: str, *, address: str, now: datetime) -> None:
    """Take the second factor off to bind another telephone: only with a code."""
    check_code(user, code, address=address, now=now)
    _remove(user)
    record_audit(
        AuditAction.SECOND_FACTOR_RESET, actor=user, now=now, address=address,
        data={"username": user.username, "own": True},
    )  # fmt: skip


def renew_recovery_codes(user: Staff, code: str, *, address: str, now: datetime) -> list[str]:
    """Return fresh recovery codes; the former ones are void."""
    check_code(user, code, address=address, now=now)
    with transaction.atomic():
        codes = _fresh_recovery_codes(user)
        record_audit(
            AuditAction.SECOND_FACTOR_SET, actor=user, now=now, address=address,
            data={"recovery_codes": len(codes)},
        )  # fmt: skip
    return codes


def reset_second_factor(
    user: Staff,
    *,
    actor: Staff | None,
    roles: frozenset[Role],
    reason: str,
    address: str = "",
    now: datetime,
) -> None:
    """Take a lost second factor off somebody else's account and sign it off everywhere.

    The security officer's; ``actor`` None is the operator at the server.
    """
    if actor is not None and not roles & RESETS:
        raise NotAllowedError("not_allowed", _("重置动态口令由安全管理员办理"))
    if actor is not None and actor.pk == user.pk:
        raise NotAllowedError(
            "own_second_factor", _("不能重置自己的动态口令，请用恢复码，或请另一位安全管理员办理")
        )
    if not reason.strip():
        raise InvalidInputError.of_field("reason", "required", _("请填写重置理由"))
    with transaction.atomic():
        _remove(user)
        record_audit(
            AuditAction.SECOND_FACTOR_RESET, actor=actor, now=now, reason=reason.strip(),
            address=address, data={"username": user.username},
        )  # fmt: skip
    revoke_sessions_of(user, actor=actor, roles=roles, now=now, address=address)


def codes_left(user: Staff) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _remove(user: Staff) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    Staff.objects.filter(pk=user.pk).update(second_factor_at=None)
    SignInAttempt.objects.filter(name=folded_name(user.username), step=SignInAttempt.CODE).delete()
    user.second_factor_at = None


def _spend_code(user: Staff, typed: str, *, now: datetime) -> bool:
    """Accept the code of a step once: of two at the same moment one changes the row."""
    row = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    step = _matching_step(row, typed, now=now) if row else None
    if row is None or step is None:
        return False
    unused = SecondFactor.objects.filter(pk=row.pk, last_step__lt=step)
    secret = _cipher().rotate(row.secret.encode()).decode()
    return unused.update(last_step=step, secret=secret) == 1


def _spend_recovery_code(user: Staff, typed: str, *, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, code_hash=_hash(user, typed), used_at=None)
    return unused.update(used_at=now) == 1


def _matching_step(row: SecondFactor, code: str, *, now: datetime) -> int | None:
    """Return the step whose code was typed, one before and one after allowed for slow clocks."""
    secret = _secret(row)
    typed = "".join(code.split())
    if secret is None or len(typed) != DIGITS or not (typed.isascii() and typed.isdecimal()):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if step > row.last_step and hmac.compare_digest(code_of(secret, step), typed):
            return step
    return None


def code_of(secret: bytes, step: int) -> str:
    """Return the code of a step as the telephone shows it."""
    return f"{hotp(secret, step, DIGITS):0{DIGITS}d}"


def _secret(row: SecondFactor) -> bytes | None:
    """Decrypt; None when no key fits (``SECRET_KEY`` was changed without its fallback)."""
    try:
        return _cipher().decrypt(row.secret.encode())
    except InvalidToken:
        logger.error("second_factor_unreadable user=%s", row.user_id)  # noqa: TRY400 - no trace needed
        return None


def _fresh_recovery_codes(user: Staff) -> list[str]:
    plain = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_hash(user, code)) for code in plain
    )
    starts = range(0, _CODE_LENGTH, _GROUP)
    return ["-".join(code[at : at + _GROUP] for at in starts) for code in plain]


def _hash(user: Staff, typed: str) -> str:
    """Hash with the key that is never changed: a recovery code outlives a rotation."""
    value = f"{user.pk}:{typed}"
    key = settings.LEDGER_KEY
    return salted_hmac("recovery-code", value, secret=key, algorithm="sha256").hexdigest()


def _cipher() -> MultiFernet:
    """Encrypt under the key in use, read under former ones too."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (hashlib.sha256(f"second-factor:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
