"""Publishing a month, correcting it, taking it down; each of them leaves a line in the audit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, ReleaseStatus, Role
from dispatch.models import OpenRelease, Staff
from dispatch.summary.open_data.content import pack, unpack
from dispatch.summary.open_data.counting import Names, count_month, last_day
from dispatch.summary.open_data.disclosure import correct, disclose
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

PUBLISHES = frozenset({Role.LEAD, Role.ADMINISTRATOR})
SETTLED_AFTER = timedelta(days=7)
"""Categories and grids of the last days are still being put right."""
LICENCE_MAX = 200


def month_is_settled(month: date, *, now: datetime) -> bool:
    """Whether the month is long enough over to be published."""
    return timezone.localdate(now) > last_day(month) + SETTLED_AFTER


def publish_month(month: date, *, licence: str, actor: Actor, now: datetime) -> OpenRelease:
    """Publish a month for the first time, or show again what was taken down, as it was."""
    user = _publisher(actor)
    _check_month(month, now)
    try:
        with transaction.atomic():
            rows = _versions(month)
            if any(row.status == ReleaseStatus.PUBLISHED for row in rows):
                raise ConflictError("open_data_published", "这个月已经公开；需要更正请发布更正版")
            if rows:
                release = rows[-1]
                release.status, release.withdrawn_at = ReleaseStatus.PUBLISHED, None
                release.save(update_fields=["status", "withdrawn_at"])
            else:
                release = _create(month, licence, user=user, now=now, rows=rows)
            _record("published", release, user, now)
    except IntegrityError as error:
        raise _beaten() from error
    return release


def correct_month(release_id: int, *, actor: Actor, now: datetime) -> OpenRelease:
    """Publish a new version of a month that is on show, where a correction gives nobody away."""
    user = _publisher(actor)
    old = _release(release_id)
    try:
        with transaction.atomic():
            rows = _versions(old.month)
            live = rows[-1]
            if live.pk != old.pk or live.status != ReleaseStatus.PUBLISHED:
                raise _beaten()
            OpenRelease.objects.filter(pk=live.pk).update(status=ReleaseStatus.REPLACED)
            release = _create(old.month, live.licence, user=user, now=now, rows=rows)
            if unpack(release.content) == unpack(live.content):
                raise ConflictError(
                    "open_data_unchanged",
                    "没有可以公开的更正：数字没有变，或变化太小，公开会暴露个别事项",
                )
            _record("corrected", release, user, now)
    except IntegrityError as error:
        raise _beaten() from error
    return release


def withdraw_month(release_id: int, *, actor: Actor, now: datetime) -> OpenRelease:
    """Take a month down at once; what somebody has downloaded stays with them."""
    user = _publisher(actor)
    release = _release(release_id)
    with transaction.atomic():
        live = OpenRelease.objects.filter(pk=release.pk, status=ReleaseStatus.PUBLISHED)
        if not live.update(status=ReleaseStatus.WITHDRAWN, withdrawn_at=now):
            raise ConflictError("open_data_not_published", "这个月没有在公开")
        release.refresh_from_db()
        _record("withdrawn", release, user, now)
    return release


def published() -> QuerySet[OpenRelease]:
    """Return what anybody may read, latest month first."""
    return OpenRelease.objects.filter(status=ReleaseStatus.PUBLISHED)


def _create(
    month: date, licence: str, *, user: Staff, now: datetime, rows: list[OpenRelease]
) -> OpenRelease:
    """Count the month and freeze it as the version after ``rows``."""
    licence = licence.replace("\x00", "").strip()
    if not licence or len(licence) > LICENCE_MAX:
        raise InvalidInputError.of_field(
            "licence", "licence_missing", "请写明使用许可，不超过 200 字"
        )
    k = max([settings.OPEN_DATA_K, *(row.k for row in rows)])
    blocks, names = count_month(month, k=k)
    shown = {key: disclose(block, k=k) for key, block in blocks.items()}
    earlier = [unpack(row.content) for row in rows]
    if earlier:
        keys = shown.keys() | {key for version_ in earlier for key in version_}
        shown = {
            key: correct([old.get(key) for old in earlier], shown.get(key), k=k) for key in keys
        }
    kept = {key: block for key, block in shown.items() if block is not None}
    return OpenRelease.objects.create(
        month=month,
        version=len(rows) + 1,
        k=k,
        licence=licence,
        content=pack(kept, _with_former(names, rows)),
        published_at=now,
        published_by=user,
    )


def _with_former(names: Names, rows: list[OpenRelease]) -> Names:
    """Add the names of earlier versions: a grid may be gone that a frozen cell still counts."""
    for row in rows:
        for block in row.content["blocks"]:
            names.villages.setdefault(block["village"], block["village_name"])
            names.tops.setdefault(block["top"], block["top_name"])
            for grid, kind, _day, _count, grid_name, kind_name in block["cells"]:
                names.grids.setdefault(grid, grid_name)
                names.categories.setdefault(kind, kind_name)
    return names


def _versions(month: date) -> list[OpenRelease]:
    return list(OpenRelease.objects.select_for_update().filter(month=month).order_by("version"))


def _release(release_id: int) -> OpenRelease:
    row = OpenRelease.objects.filter(pk=release_id).first()
    if row is None:
        raise NotFoundError("open_data_not_found", "没有这个月的开放数据")
    return row


def _publisher(actor: Actor) -> Staff:
    if actor.user is None or not actor.roles & PUBLISHES:
        raise NotAllowedError("open_data_denied", "只有值班领导和系统管理员可以公开数据")
    return actor.user


def _check_month(month: date, now: datetime) -> None:
    if month.day != 1 or not month_is_settled(month, now=now):
        raise InvalidInputError.of_field(
            "month", "open_data_month", "请选择已经结束满 7 天的月份：最近的分类和网格还在校正"
        )


def _beaten() -> ConflictError:
    return ConflictError("open_data_changed", "别人刚刚公开或更正了这个月，请刷新后再看")


def _record(what: str, release: OpenRelease, user: Staff, now: datetime) -> None:
    data = {
        "what": what,
        "month": f"{release.month:%Y-%m}",
        "version": release.version,
        "k": release.k,
        "licence": release.licence,
    }
    record_audit(AuditAction.OPEN_DATA, actor=user, now=now, data=data)
