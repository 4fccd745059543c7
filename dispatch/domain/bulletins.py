"""What staff do with bulletins: a dispatcher drafts, a lead publishes; either takes a wrong one down.

What the whole township reads under its name is signed by whoever answers for the shift. A lead who is
alone at night drafts and publishes: a typhoon does not wait for a second person.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from reports.domain import bulletins
from reports.domain.bulletins import BulletinWords
from reports.enums import Offer
from reports.models import Bulletin
from xiangcun.lib.errors import NotAllowedError, NotFoundError

DRAFTS = frozenset({Role.DISPATCHER, Role.LEAD})
SIGNS = frozenset({Role.LEAD})


def write_bulletin(
    row: Bulletin | None, words: BulletinWords, *, version: int, actor: Actor, now: datetime
) -> Bulletin:
    """Store a draft, or an edit; what residents already read only a lead changes."""
    _require(actor, DRAFTS)
    if row is not None and row.state == Offer.PUBLISHED and not actor.roles & SIGNS:
        raise NotAllowedError("not_allowed", _("已发布的公告由值班领导修改，您可以先撤下"))
    with transaction.atomic():
        if row is None:
            row = bulletins.create_bulletin(words, drafted_by=_name(actor), now=now)
            _audit(row, "create", actor, now)
        else:
            row = bulletins.change_bulletin(row.pk, words, version=version, now=now)
            _audit(row, "change", actor, now)
    return row


def step_bulletin(bulletin_id: int, step: str, *, actor: Actor, now: datetime) -> Bulletin:
    """Publish or withdraw; ``NotFoundError`` for a step that there is not."""
    _require(actor, SIGNS if step == "publish" else DRAFTS)
    with transaction.atomic():
        if step == "publish":
            row = bulletins.publish_bulletin(bulletin_id, published_by=_name(actor), now=now)
        elif step == "withdraw":
            row = bulletins.withdraw_bulletin(bulletin_id, now=now)
        else:
            raise NotFoundError("step_not_found", _("没有这个操作"))
        _audit(row, step, actor, now)
    return row


def _require(actor: Actor, roles: frozenset[Role]) -> None:
    if not actor.roles & roles:
        raise NotAllowedError("not_allowed", _("公告由指挥室坐席起草、值班领导发布"))


def _name(actor: Actor) -> str:
    return str(actor.user or "")[:150]


def _audit(row: Bulletin, step: str, actor: Actor, now: datetime) -> None:
    data = {"bulletin": row.pk, "step": step, "urgent": row.urgent, "version": row.version}
    record_audit(AuditAction.BULLETIN, actor=actor.user, now=now, data=data)
