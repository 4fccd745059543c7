"""Five failures in fifteen minutes close the door, to whoever failed rather than to the account.

A try is written down before the password is looked at, in a transaction of its own, and all tries in
the window are counted after that. Of any number of tries at once no more than the limit are looked
at: whichever is counted later sees the others.

Three counts: by user name and address; four times as high, by user name alone, for guesses spread
over many addresses; and higher still by address alone, for one password tried on many names. The
last two do not hold at an address the account has signed in from before: otherwise anybody could
keep a duty lead out from far away, or a whole office behind one address. Names that are no account are counted
alike, so a lock tells nothing.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, AuditOutcome, Role
from dispatch.models import KnownAddress, SignInAttempt, Staff
from xiangcun.lib.errors import DomainError, NotAllowedError

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 5
MOST_BY_NAME = 20
MOST_BY_ADDRESS = 60
KNOWN_FOR = timedelta(days=60)
UNLOCKS = frozenset({Role.SECURITY})
_NAME_LENGTH = 150
_SHOWN_OF_UNKNOWN = 2


class LockedOutError(DomainError):
    """429: too many failures; the message says for how long."""

    status = 429


def folded_name(username: str) -> str:
    """Return the key that failures of a user name are counted by; NUL is not storable."""
    folded = unicodedata.normalize("NFKC", username).casefold().replace("\x00", "").strip()
    return folded[:_NAME_LENGTH]


def reserve_attempt(username: str, *, step: str, address: str, now: datetime) -> SignInAttempt:
    """Write the try down; raise :class:`LockedOutError` when there were too many before it.

    Must not run inside a transaction: the row has to be visible to the other tries at once.
    """
    attempt = SignInAttempt.objects.create(
        name=folded_name(username), step=step, address=address, at=now
    )
    until = _locked_until(attempt, now=now)
    if until is None:
        return attempt
    attempt.delete()
    minutes = max(1, -int(-(until - now).total_seconds() // 60))
    raise LockedOutError("locked_out", _("登录失败次数过多，请 %d 分钟后再试") % minutes)


def note_failure(attempt: SignInAttempt, *, user: Staff | None, now: datetime) -> None:
    """Put the failure in the audit trail, and the lock if this one closed the door."""
    name = user.username if user else f"{attempt.name[:_SHOWN_OF_UNKNOWN]}***"
    told = {"step": attempt.step}
    record_audit(
        AuditAction.SIGN_IN_FAILED, actor=user, username=name, outcome=AuditOutcome.REFUSED,
        data=told, address=attempt.address, now=now,
    )  # fmt: skip
    if _recent(attempt, now=now).filter(address=attempt.address).count() >= MOST_FAILURES:
        record_audit(
            AuditAction.LOCKED_OUT, actor=user, username=name, outcome=AuditOutcome.REFUSED,
            data=told, address=attempt.address, now=now,
        )  # fmt: skip


def forget_failures(attempt: SignInAttempt) -> None:
    """Success wipes the slate at this address."""
    SignInAttempt.objects.filter(
        name=attempt.name, step=attempt.step, address=attempt.address
    ).delete()


def unlock_account(
    username: str, *, actor: Staff | None, roles: frozenset[Role], now: datetime, address: str = ""
) -> int:
    """Open the door again; return how many failures were forgotten. ``actor`` None is the operator."""
    if actor is not None and not roles & UNLOCKS:
        raise NotAllowedError("not_allowed", _("解除锁定由安全管理员办理"))
    name = folded_name(username)
    gone = SignInAttempt.objects.filter(name=name).delete()[0]
    if gone:
        record_audit(
            AuditAction.UNLOCKED, actor=actor, now=now, address=address,
            data={"username": name, "failures": gone},
        )  # fmt: skip
    return gone


def _recent(attempt: SignInAttempt, *, now: datetime) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(
        name=attempt.name, step=attempt.step, at__gt=now - WINDOW
    ).order_by("-at", "-id")


def _locked_until(attempt: SignInAttempt, *, now: datetime) -> datetime | None:
    """Return when the door opens again, None while it is open; the try itself does not count."""
    others = _recent(attempt, now=now).exclude(pk=attempt.pk).values_list("at", flat=True)
    here = list(others.filter(address=attempt.address)[:MOST_FAILURES])
    if len(here) == MOST_FAILURES:
        return here[-1] + WINDOW
    anywhere = list(others[:MOST_BY_NAME])
    by_all = list(_from_here(attempt, now=now)[:MOST_BY_ADDRESS]) if attempt.address else []
    ends = [
        tries[-1] + WINDOW
        for tries, most in ((anywhere, MOST_BY_NAME), (by_all, MOST_BY_ADDRESS))
        if len(tries) == most
    ]
    return max(ends) if ends and not _is_known(attempt, now=now) else None


def _from_here(attempt: SignInAttempt, *, now: datetime) -> QuerySet[SignInAttempt, datetime]:
    """Return when anybody else failed at this address, latest first."""
    recent = SignInAttempt.objects.filter(
        address=attempt.address, step=attempt.step, at__gt=now - WINDOW
    )
    return recent.exclude(pk=attempt.pk).order_by("-at", "-id").values_list("at", flat=True)


def _is_known(attempt: SignInAttempt, *, now: datetime) -> bool:
    return KnownAddress.objects.filter(
        user__username__iexact=attempt.name,
        address=attempt.address,
        last_used_at__gt=now - KNOWN_FOR,
    ).exists()
