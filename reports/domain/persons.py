"""Which row of ours a proved identity is: one person, whichever of WeChat's doors they came through."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from reports.domain.blocks import follow_account
from reports.domain.identity import H5_PREFIX, Identity
from reports.domain.joining import absorb
from reports.models import Resident

_TRIES = 3


def find_or_create(identity: Identity, *, now: datetime) -> Resident:
    """Return the person's row, made if need be.

    Two first logins at once make one row (unique column). Where a ``unionid`` proves two rows to be
    one person, as after two first logins through two doors, the rows become one.
    """
    for _attempt in range(_TRIES):
        twin = _twin(identity)
        if twin is None:
            return _by_openid(identity, now=now)
        known = Resident.objects.filter(openid=identity.openid).first()
        if known is not None:
            return _join(known, twin, now=now)
        if identity.openid.startswith(H5_PREFIX):
            return twin
        if _adopt(twin, identity):
            return twin
    return _by_openid(identity, now=now)


def _by_openid(identity: Identity, *, now: datetime) -> Resident:
    resident, created = Resident.objects.get_or_create(
        openid=identity.openid,
        defaults={"unionid": identity.unionid, "nickname": identity.nickname},
    )
    if created:
        follow_account(resident, now=now)
    if identity.unionid and resident.unionid != identity.unionid:
        # By openid as well: an erasure since the read must not be filled in again.
        known = Resident.objects.filter(pk=resident.pk, openid=identity.openid)
        known.update(unionid=identity.unionid)
    return resident


def _twin(identity: Identity) -> Resident | None:
    """Return the row of the same person that came through the other door; the mini program's first."""
    if not identity.unionid:
        return None
    rows = Resident.objects.filter(unionid=identity.unionid, openid__isnull=False)
    others = list(rows.exclude(openid=identity.openid).order_by("pk"))
    return min(others, key=_came_by_web, default=None)


def _came_by_web(resident: Resident) -> bool:
    return (resident.openid or "").startswith(H5_PREFIX)


def _adopt(twin: Resident, identity: Identity) -> bool:
    """Give the row the openid of the mini program; false when a login beside us took it first."""
    try:
        with transaction.atomic():
            rows = Resident.objects.filter(pk=twin.pk, openid=twin.openid)
            changed = rows.update(openid=identity.openid)
    except IntegrityError:
        return False
    twin.openid = identity.openid
    return bool(changed)


def _join(known: Resident, twin: Resident, *, now: datetime) -> Resident:
    """Make one of the two; what came through the mini program's door stays."""
    kept, other = (twin, known) if _came_by_web(known) else (known, twin)
    absorb(other, kept, now=now)
    return kept
