"""Sessions of staff: what a sign-in opens, how long it lasts, how it is taken away.

Django's session row stays the truth of who is signed in; ours says whose it is and on what device.
Three stamps live in the session itself, so that a request asks nothing more of the database: when it
began, when a person last did something, and whether the second factor was checked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.domain.lockout import WINDOW
from dispatch.enums import AuditAction, Role
from dispatch.models import KnownAddress, SignInAttempt, Staff, StaffSession
from xiangcun.lib.errors import NotAllowedError, NotFoundError

STARTED, SEEN, CHECKED, ROW = "xc_started", "xc_seen", "xc_second_factor", "xc_session"
REVOKES = frozenset({Role.SECURITY})
TOUCH_SECONDS = 60
_DEVICE_LENGTH = 60


def open_session(
    session: SessionBase,
    user: Staff,
    *,
    device: str,
    address: str,
    second_factor: bool,
    now: datetime,
) -> StaffSession:
    """Note a fresh sign-in: its row, its stamps, and the address as one the account knows."""
    if session.session_key is None:
        session.save()
    row = StaffSession.objects.create(
        user=user, session_key=session.session_key or "", device=device[:_DEVICE_LENGTH],
        address=address, started_at=now, last_seen_at=now, second_factor=second_factor,
    )  # fmt: skip
    stamp = int(now.timestamp())
    session.update({STARTED: stamp, SEEN: stamp, CHECKED: second_factor, ROW: row.pk})
    if address:
        KnownAddress.objects.update_or_create(
            user=user, address=address, defaults={"last_used_at": now}
        )
    record_audit(
        AuditAction.SIGN_IN, actor=user, now=now, address=address,
        data={"device": row.device, "second_factor": second_factor},
    )  # fmt: skip
    return row


def seconds_left(session: SessionBase, *, now: datetime) -> int:
    """Return how long the session lasts if nobody does anything; 0 or less: it is over.

    A session without stamps is of a time before there were any, and over.
    """
    at = int(now.timestamp())
    seen, started = session.get(SEEN), session.get(STARTED)
    if not isinstance(seen, int) or not isinstance(started, int):
        return 0
    idle = seen + settings.IDLE_MINUTES * 60 - at
    return min(idle, started + settings.SESSION_HOURS * 3600 - at)


def touch_session(session: SessionBase, *, now: datetime) -> None:
    """Note that a person did something; written once a minute at most."""
    stamp = int(now.timestamp())
    if stamp - int(session.get(SEEN, 0)) < TOUCH_SECONDS:
        return
    session[SEEN] = stamp
    StaffSession.objects.filter(pk=session.get(ROW, 0)).update(last_seen_at=now)


def check_second_factor(session: SessionBase) -> None:
    """The second factor was just bound or checked within this session."""
    session[CHECKED] = True
    StaffSession.objects.filter(pk=session.get(ROW, 0)).update(second_factor=True)


def follow_key(session: SessionBase) -> None:
    """The session got a new key (Django gives one when a password changes): our row follows."""
    StaffSession.objects.filter(pk=session.get(ROW, 0)).exclude(
        session_key=session.session_key
    ).update(session_key=session.session_key)


def close_session(
    session: SessionBase, user: Staff, *, action: AuditAction, address: str, now: datetime
) -> None:
    """The person left, or was away too long. Django's own row goes with its flush."""
    if StaffSession.objects.filter(pk=session.get(ROW, 0), user=user).delete()[0]:
        record_audit(action, actor=user, now=now, address=address)


def revoke_session(
    session_id: int,
    *,
    actor: Staff,
    roles: frozenset[Role],
    now: datetime,
    address: str = "",
) -> StaffSession:
    """Sign one browser off: one's own, or anybody's for the security officer."""
    row = StaffSession.objects.select_related("user").filter(pk=session_id).first()
    if row is None:
        raise NotFoundError("session_gone", _("这个会话已经退出"))
    if row.user_id != actor.pk and not roles & REVOKES:
        raise NotFoundError("session_gone", _("这个会话已经退出"))
    _delete([row])
    _record(row.user, 1, actor=actor, now=now, address=address)
    return row


def revoke_sessions_of(
    user: Staff,
    *,
    actor: Staff | None,
    roles: frozenset[Role] = frozenset(),
    keep: str | None = None,
    now: datetime,
    address: str = "",
) -> int:
    """Sign an account off everywhere, but for the session ``keep``; return how many went.

    ``actor`` None is the system or the operator.
    """
    if actor is not None and actor.pk != user.pk and not roles & REVOKES:
        raise NotAllowedError("not_allowed", _("强制下线由安全管理员办理"))
    rows = list(StaffSession.objects.filter(user=user).exclude(session_key=keep or ""))
    _delete(rows)
    if rows:
        _record(user, len(rows), actor=actor, now=now, address=address)
    return len(rows)


def sweep_sign_ins(*, now: datetime) -> int:
    """Delete sessions that are over and tries that no longer count; return how many rows."""
    oldest = now - timedelta(hours=settings.SESSION_HOURS)
    idle = now - timedelta(minutes=settings.IDLE_MINUTES, seconds=TOUCH_SECONDS)
    over = StaffSession.objects.filter(started_at__lt=oldest) | StaffSession.objects.filter(
        last_seen_at__lt=idle
    )
    rows = list(over[:5000])
    _delete(rows)
    expired = Session.objects.filter(expire_date__lt=now).delete()[0]
    return len(rows) + expired + SignInAttempt.objects.filter(at__lt=now - WINDOW).delete()[0]


def _delete(rows: list[StaffSession]) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    StaffSession.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _record(user: Staff, count: int, **who: Any) -> None:
    record_audit(
        AuditAction.SESSION_REVOKED, data={"username": user.username, "sessions": count}, **who
    )
