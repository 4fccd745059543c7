"""Tokens of the county's interface: made, checked, counted, rotated, revoked.

A token is 256 random bits behind ``county_``; its SHA-256 is looked up by a unique index, so nothing of
it is compared byte by byte, and whoever reads the table cannot use what stands there. It is a stranger
to the resident API (whose tokens are hex digits), as those are here.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import ApiScope, AuditAction, Role
from dispatch.models import ApiToken, ApiUse, Staff
from xiangcun.lib.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)

MANAGES = frozenset({Role.ADMINISTRATOR})
LONGEST = timedelta(days=366)
MOST_NETWORKS = 20
NAME_MAX = 40
TOUCH_EVERY = timedelta(minutes=1)
_PREFIX, _HINT = "county_", 13
_SHAPE = re.compile(rf"{_PREFIX}[A-Za-z0-9_-]{{43}}")


class TokenError(DomainError):
    """401: no token, or one that opens nothing."""

    status = 401


def issue_token(
    *, name: str, scopes: Iterable[str], networks: str, days: int, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; return its row and the token itself, which is nowhere else.

    ``networks`` are CIDR texts separated by blanks, commas or lines; none is any address.
    """
    user = _manager(actor)
    values = {
        "name": _name(name),
        "scopes": _scopes(scopes),
        "networks": _networks(networks),
        "expires_at": now + _span(days),
    }
    with transaction.atomic():
        row, token = _create(values, user=user, now=now)
        _record("issued", row, user, now)
    return row, token


def rotate_token(token_id: int, *, actor: Actor, now: datetime) -> tuple[ApiToken, str]:
    """Replace a token by a new one of the same scopes and length of life; the old one ends at once."""
    user = _manager(actor)
    old = find_row(token_id)
    with transaction.atomic():
        if not _end(old, now):
            raise ConflictError("token_over", "这个令牌已停用或到期，请新建一个")
        values = {
            "name": old.name,
            "scopes": old.scopes,
            "networks": old.networks,
            "expires_at": now + min(old.expires_at - old.created_at, LONGEST),
            "replaces": old,
        }
        row, token = _create(values, user=user, now=now)
        _record("rotated", row, user, now)
    return row, token


def revoke_token(token_id: int, *, actor: Actor, now: datetime) -> ApiToken:
    """End a token at once; doing it again changes nothing."""
    user = _manager(actor)
    row = find_row(token_id)
    with transaction.atomic():
        if _end(row, now):
            _record("revoked", row, user, now)
    row.refresh_from_db()
    return row


def find_row(token_id: int) -> ApiToken:
    """Return the row for its page."""
    row = ApiToken.objects.select_related("created_by").filter(pk=token_id).first()
    if row is None:
        raise NotFoundError("token_not_found", "没有这个令牌")
    return row


def find_token(token: str) -> ApiToken:
    """Return the row of a presented token; one query. ``check_token`` says whether it still opens."""
    row = None
    if _SHAPE.fullmatch(token):
        row = ApiToken.objects.filter(digest=_digest(token)).first()
    if row is None:
        raise TokenError("token_invalid", "令牌无效，请向街道系统管理员索取")
    return row


def check_token(row: ApiToken, *, address: str, now: datetime) -> None:
    """Raise ``TokenError`` for one that is over, ``NotAllowedError`` from a wrong network."""
    if row.revoked_at is not None:
        raise TokenError("token_revoked", "令牌已停用，请向街道系统管理员索取新的令牌")
    if row.expires_at <= now:
        raise TokenError("token_expired", "令牌已到期，请向街道系统管理员索取新的令牌")
    if row.networks and not _within(address, row.networks):
        raise NotAllowedError("network_not_allowed", "这个网络地址不在令牌允许的网段内")


def record_use(row: ApiToken, *, refused: bool, now: datetime) -> None:
    """Count one access of today; two processes at once both count."""
    day, one = timezone.localdate(now), int(refused)
    uses = ApiUse.objects.filter(token=row, day=day)
    changes = {"requests": F("requests") + 1, "refused": F("refused") + one}
    if not uses.update(**changes):
        _first, made = ApiUse.objects.get_or_create(
            token=row, day=day, defaults={"requests": 1, "refused": one}
        )
        if not made:
            uses.update(**changes)
    if row.last_used_at is None or now - row.last_used_at > TOUCH_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)


def _create(values: dict[str, object], *, user: Staff, now: datetime) -> tuple[ApiToken, str]:
    token = _PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        digest=_digest(token), hint=token[:_HINT], created_at=now, created_by=user, **values
    )
    return row, token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end(row: ApiToken, now: datetime) -> bool:
    alive = ApiToken.objects.filter(pk=row.pk, revoked_at=None, expires_at__gt=now)
    return bool(alive.update(revoked_at=now))


def _manager(actor: Actor) -> Staff:
    if actor.user is None or not actor.roles & MANAGES:
        raise NotAllowedError("token_denied", "只有系统管理员可以管理接口令牌")
    return actor.user


def _name(name: str) -> str:
    name = name.replace("\x00", "").strip()
    if not name or len(name) > NAME_MAX:
        raise InvalidInputError.of_field("name", "token_name", "请填写名称，不超过 40 字")
    return name


def _scopes(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    if not wanted or not wanted <= set(ApiScope.values):
        raise InvalidInputError.of_field("scopes", "token_scopes", "请至少选择一个范围")
    if ApiScope.HOTSPOT_WORDS in wanted:
        wanted.add(str(ApiScope.HOTSPOTS))
    return [value for value in ApiScope.values if value in wanted]


def _networks(text: str) -> list[str]:
    found = []
    for part in re.split(r"[\s,，;；、]+", text.strip()):
        try:
            found += [str(ip_network(part, strict=False))] if part else []
        except ValueError as error:
            message = f"网段写法不对：{part[:40]}，例如 10.20.0.0/16"
            raise InvalidInputError.of_field("networks", "token_networks", message) from error
    if len(found) > MOST_NETWORKS:
        raise InvalidInputError.of_field("networks", "token_networks", "网段最多 20 个")
    return found


def _span(days: int) -> timedelta:
    if not 1 <= days <= LONGEST.days:
        raise InvalidInputError.of_field("days", "token_days", "有效期为 1 天到 1 年")
    return timedelta(days=days)


def _within(address: str, networks: Iterable[str]) -> bool:
    try:
        place = ip_address(address)
    except ValueError:
        return False
    return any(place in ip_network(network) for network in networks)


def _record(what: str, row: ApiToken, user: Staff, now: datetime) -> None:
    data = {
        "what": what,
        "token": row.pk,
        "name": row.name,
        "hint": row.hint,
        "scopes": row.scopes,
        "networks": row.networks,
        "expires": row.expires_at,
    }
    record_audit(AuditAction.API_TOKEN, actor=user, now=now, data=data)
