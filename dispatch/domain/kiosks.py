"""Links that open the cockpit's wall without anybody signed in: made, found by their token, taken back."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from dispatch.models import Department, KioskLink, Staff
from reports.models import Grid
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

logger = logging.getLogger(__name__)

GIVES_LINKS = frozenset({Role.LEAD, Role.ADMINISTRATOR})
MAX_DAYS: Final = 90
MAX_ACTIVE: Final = 50
_TOKEN_BYTES = 32
_TOKEN_LENGTH = 43
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new link is to be: its name, for how many days, and what it is narrowed to."""

    name: str
    days: int
    grid: Grid | None = None
    department: Department | None = None


@transaction.atomic
def create_kiosk_link(
    wanted: Wanted, *, actor: Staff, roles: frozenset[Role], now: datetime
) -> tuple[KioskLink, str]:
    """Make a link and return it with its token, which nobody can read again.

    Raises ``not_allowed``, a field's ``required``/``out_of_range``, ``too_many_links``.
    """
    _check_giver(roles)
    name = wanted.name.replace("\x00", "").strip()
    longest = KioskLink._meta.get_field("name").max_length or 0  # noqa: SLF001 - documented API
    if not name or len(name) > longest:
        raise InvalidInputError.of_field(
            "name", "required", f"请填写名称（不超过 {longest} 字），例如“一楼大厅”"
        )
    if not 1 <= wanted.days <= MAX_DAYS:
        raise InvalidInputError.of_field("days", "out_of_range", f"有效期为 1 到 {MAX_DAYS} 天")
    if KioskLink.objects.filter(revoked_at=None, expires_at__gt=now).count() >= MAX_ACTIVE:
        raise ConflictError("too_many_links", f"有效的大屏链接已有 {MAX_ACTIVE} 个，请先停用不用的")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = KioskLink.objects.create(
        name=name,
        token_hash=_digest(token),
        grid=wanted.grid,
        department=wanted.department,
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    _record(link, "created", actor=actor, now=now, days=wanted.days)
    return link, token


@transaction.atomic
def revoke_kiosk_link(
    link_id: int, *, actor: Staff, roles: frozenset[Role], now: datetime
) -> KioskLink:
    """Take a link back at once; one that is over already stays as it is."""
    _check_giver(roles)
    link = KioskLink.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        raise NotFoundError("link_not_found", "没有这个大屏链接")
    if link.revoked_at is None:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        _record(link, "revoked", actor=actor, now=now)
    return link


def open_kiosk_link(token: str, *, now: datetime) -> KioskLink:
    """Return the link of ``token``; wrong, expired and revoked ones are the same to who asks.

    Notes that it is in use, at most once a minute.
    """
    if len(token) != _TOKEN_LENGTH:
        raise _unknown()
    rows = KioskLink.objects.select_related("grid", "department")
    link = rows.filter(token_hash=_digest(token), revoked_at=None, expires_at__gt=now).first()
    if link is None:
        raise _unknown()
    if link.last_seen_at is None or now - link.last_seen_at >= _SEEN_EVERY:
        stale = Q(last_seen_at=None) | Q(last_seen_at__lte=now - _SEEN_EVERY)
        KioskLink.objects.filter(stale, pk=link.pk).update(last_seen_at=now)
    return link


def listed_kiosk_links() -> list[KioskLink]:
    """Return the links, the latest first; the latest hundred tell enough."""
    related = ("grid", "department", "created_by")
    return list(KioskLink.objects.select_related(*related).order_by("-pk")[:100])


def _unknown() -> NotFoundError:
    return NotFoundError(
        "link_not_found", "这个大屏链接不存在、已过期或已停用，请联系指挥室重新生成"
    )


def _digest(token: str) -> str:
    """A token is 256 random bits: a plain digest cannot be guessed back, and no key change kills walls."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check_giver(roles: frozenset[Role]) -> None:
    if not roles & GIVES_LINKS:
        raise NotAllowedError("not_allowed", "大屏链接由值班领导或系统管理员管理")


def _record(link: KioskLink, what: str, *, actor: Staff, now: datetime, **more: Any) -> None:
    data = {
        "what": what,
        "id": link.pk,
        "name": link.name,
        "grid": link.grid_id,
        "department": link.department_id,
        "expires_at": link.expires_at,
        **more,
    }
    record_audit(AuditAction.KIOSK, actor=actor, now=now, data=data)
    logger.info("kiosk_link_%s id=%s", what, link.pk)
