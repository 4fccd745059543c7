"""Which bulletins residents see, and in which order: urgent ones, pinned ones, then the newest."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reports.enums import Offer
from reports.models import Bulletin
from xiangcun.lib.errors import NotFoundError

Key = tuple[int, int, datetime, int]


def public_bulletins(*, now: datetime) -> QuerySet[Bulletin]:
    """Return what is published and of its time."""
    open_end = Q(expire_at=None) | Q(expire_at__gt=now)
    return Bulletin.objects.filter(open_end, state=Offer.PUBLISHED, publish_at__lte=now)


def bulletin_page(*, after: Key | None, limit: int, now: datetime) -> list[Bulletin]:
    """Return up to ``limit`` + 1 rows behind ``after`` without their bodies; two queries."""
    rows = public_bulletins(now=now)
    if after is not None:
        rows = rows.filter(_behind(after))
    rows = rows.order_by("-urgent", "-pinned", "-publish_at", "-id")
    return list(rows.select_related("dimension").prefetch_related("grids")[: limit + 1])


def key_of(row: Bulletin) -> Key:
    """Return where a row stands in the order."""
    return int(row.urgent), int(row.pinned), row.publish_at, row.pk


def public_bulletin(bulletin_id: int, *, now: datetime) -> Bulletin:
    """Return one that residents see now; 404 for any other."""
    rows = public_bulletins(now=now).select_related("dimension").prefetch_related("grids")
    row = rows.filter(pk=bulletin_id).first()
    if row is None:
        raise NotFoundError("bulletin_not_found", _("没有这条公告，可能已经过期或撤下"))
    return row


def _behind(key: Key) -> Q:
    urgent, pinned, at, pk = key
    same_rank = Q(urgent=bool(urgent), pinned=bool(pinned))
    later = same_rank & (Q(publish_at__lt=at) | Q(publish_at=at, pk__lt=pk))
    if pinned:
        later |= Q(urgent=bool(urgent), pinned=False)
    if urgent:
        later |= Q(urgent=False)
    return later
