"""Writing bulletins: drafted, shown, taken down. Who may is the office's matter."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.enums import Offer
from reports.models import Bulletin, Dimension, Grid
from xiangcun.lib.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from xiangcun.lib.text import clean_text

logger = logging.getLogger(__name__)

URGENT_AT_MOST = timedelta(days=15)
SOURCE_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinWords:
    """What is to be said; ``grids`` are codes, none for everybody."""

    title: str
    body: str
    source: str
    publish_at: datetime
    expire_at: datetime | None
    pinned: bool = False
    urgent: bool = False
    grids: Sequence[str] = ()
    dimension: str = ""


def create_bulletin(words: BulletinWords, *, drafted_by: str, now: datetime) -> Bulletin:
    """Store a draft."""
    columns = _checked(words)
    with transaction.atomic():
        row = Bulletin.objects.create(**columns, drafted_by=drafted_by, updated_at=now)
        row.grids.set(_grids(words))
    logger.debug("bulletin_created", extra={"bulletin": row.pk})
    return row


def change_bulletin(
    bulletin_id: int, words: BulletinWords, *, version: int, now: datetime
) -> Bulletin:
    """Store an edit of the version its editor saw; 409 when somebody was faster."""
    columns = _checked(words)
    with transaction.atomic():
        rows = Bulletin.objects.filter(pk=bulletin_id, version=version)
        changed = rows.update(**columns, version=F("version") + 1, updated_at=now)
        row = find_bulletin(bulletin_id)
        if not changed:
            raise ConflictError("bulletin_changed", _("刚才有人修改过这条公告，请重新打开后再改"))
        row.grids.set(_grids(words))
    return row


def publish_bulletin(bulletin_id: int, *, published_by: str, now: datetime) -> Bulletin:
    """Show it from its time on; one whose time is over cannot be."""
    row = find_bulletin(bulletin_id)
    if row.expire_at is not None and row.expire_at <= now:
        raise ConflictError("bulletin_expired", _("到期时间已经过了，请先改期再发布"))
    hidden = Bulletin.objects.filter(pk=bulletin_id, version=row.version)
    hidden = hidden.exclude(state=Offer.PUBLISHED)
    columns = {"state": Offer.PUBLISHED, "published_by": published_by, "updated_at": now}
    if not hidden.update(**columns, version=F("version") + 1):
        raise ConflictError("bulletin_changed", _("这条公告刚才已经发布或修改过，请刷新"))
    return find_bulletin(bulletin_id)


def withdraw_bulletin(bulletin_id: int, *, now: datetime) -> Bulletin:
    """Take it from the residents' pages at once."""
    shown = Bulletin.objects.filter(pk=bulletin_id, state=Offer.PUBLISHED)
    if not shown.update(state=Offer.WITHDRAWN, version=F("version") + 1, updated_at=now):
        find_bulletin(bulletin_id)
        raise ConflictError("bulletin_not_published", _("这条公告没有发布，不用撤下"))
    return find_bulletin(bulletin_id)


def find_bulletin(bulletin_id: int) -> Bulletin:
    """Return the row; 404 without one."""
    row = Bulletin.objects.filter(pk=bulletin_id).select_related("dimension").first()
    if row is None:
        raise NotFoundError("bulletin_not_found", _("没有这条公告"))
    return row


def _checked(words: BulletinWords) -> dict[str, object]:
    """Return the row's columns, or raise 400 with every wrong field."""
    texts = {name: clean_text(getattr(words, name)) for name in ("title", "body", "source")}
    limits = {"title": Bulletin.TITLE_MAX, "body": Bulletin.BODY_MAX, "source": SOURCE_MAX}
    faults = [
        FieldError(name, "too_long", _("超过 %s 字") % limits[name])
        for name, text in texts.items()
        if len(text) > limits[name]
    ]
    faults += [
        FieldError(name, "required", _("请填写这一项")) for name, text in texts.items() if not text
    ]
    faults += _time_faults(words)
    dimension = Dimension.objects.filter(code=words.dimension).first() if words.dimension else None
    if words.dimension and dimension is None:
        faults.append(FieldError("dimension", "unknown_choice", _("没有这个类别")))
    if len(_grids(words)) != len(set(words.grids)):
        faults.append(FieldError("grids", "unknown_choice", _("有的网格已经停用，请重新选择")))
    if faults:
        raise InvalidInputError("bulletin_invalid", faults[0].message, errors=tuple(faults))
    kept = {name: value for name, value in asdict(words).items() if name != "grids"}
    return {**kept, **texts, "dimension": dimension}


def _time_faults(words: BulletinWords) -> list[FieldError]:
    if words.expire_at is None:
        text = _("紧急公告要写到期时间，到期后横幅自动消失")
        return [FieldError("expire_at", "required", text)] if words.urgent else []
    if words.expire_at <= words.publish_at:
        return [FieldError("expire_at", "invalid", _("到期时间应晚于开始公布的时间"))]
    if words.urgent and words.expire_at - words.publish_at > URGENT_AT_MOST:
        text = _("紧急公告最长 %s 天，更久的请改为置顶") % URGENT_AT_MOST.days
        return [FieldError("expire_at", "too_long", text)]
    return []


def _grids(words: BulletinWords) -> list[Grid]:
    return list(Grid.objects.filter(code__in=words.grids, is_active=True))
