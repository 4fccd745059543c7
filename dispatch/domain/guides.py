"""What staff do with guides: who may, and a line in the audit trail for what residents notice.

The command room keeps all of them; a department's people keep their own, its head also publishes them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import DEPARTMENT_ROLES, AuditAction, Role
from dispatch.models import Department
from reports.domain import guides
from reports.domain.guide_fields import GuideWords
from reports.models import Guide
from xiangcun.lib.errors import NotAllowedError, NotFoundError

KEEPS_ALL = frozenset({Role.DISPATCHER, Role.LEAD})
KEEPS_GUIDES = KEEPS_ALL | DEPARTMENT_ROLES
_STEPS: dict[str, Callable[..., Guide]] = {
    "publish": guides.publish_guide,
    "withdraw": guides.withdraw_guide,
    "confirm": guides.confirm_guide,
}


def keeps_all(actor: Actor) -> bool:
    """Whether every guide is this person's to keep."""
    return bool(actor.roles & KEEPS_ALL)


def own_departments(actor: Actor, *, heads_only: bool = False) -> set[str]:
    """Return the codes of the departments whose guides this person keeps (or publishes)."""
    wanted = frozenset({Role.HEAD}) if heads_only else DEPARTMENT_ROLES
    keys = [seat.department_id for seat in actor.seats if seat.role in wanted]
    return set(Department.objects.filter(pk__in=keys).values_list("code", flat=True))


def kept_departments(actor: Actor) -> set[str] | None:
    """Return whose guides this person keeps, ``None`` for everybody's."""
    return None if keeps_all(actor) else own_departments(actor)


def may_edit(guide: Guide, actor: Actor) -> bool:
    """Whether this person may change the words."""
    return keeps_all(actor) or guide.department_code in own_departments(actor)


def may_publish(guide: Guide, actor: Actor) -> bool:
    """Whether this person decides if residents see it."""
    if keeps_all(actor):
        return True
    return guide.department_code in own_departments(actor, heads_only=True)


def kept_guide(guide_id: int, *, actor: Actor) -> Guide:
    """Return a guide this person keeps; any other does not exist for them."""
    guide = guides.find_guide(guide_id)
    if not may_edit(guide, actor):
        raise NotFoundError("guide_not_found", _("没有这条便民服务，或由其他部门维护"))
    return guide


def write_guide(
    guide: Guide | None, words: GuideWords, *, version: int, actor: Actor, now: datetime
) -> Guide:
    """Store a new guide as a draft, or the edit of one."""
    _check_department(words, actor)
    with transaction.atomic():
        if guide is None:
            guide = guides.create_guide(words, now=now)
            _audit(guide, "create", actor, now)
        else:
            kept_guide(guide.pk, actor=actor)
            before = {name: getattr(guide, name) for name in words.columns}
            guide = guides.change_guide(guide.pk, words, version=version, now=now)
            changed = sorted(name for name, value in before.items() if value != words.columns[name])
            _audit(guide, "change", actor, now, changed=changed)
    return guide


def step_guide(guide_id: int, step: str, *, actor: Actor, now: datetime) -> Guide:
    """Publish, withdraw or confirm; ``NotFoundError`` for a step that there is not."""
    guide = kept_guide(guide_id, actor=actor)
    act = _STEPS.get(step)
    if act is None:
        raise NotFoundError("step_not_found", _("没有这个操作"))
    if step != "confirm" and not may_publish(guide, actor):
        raise NotAllowedError("not_allowed", _("发布和下架由指挥室或本部门负责人办理"))
    with transaction.atomic():
        guide = act(guide_id, now=now)
        _audit(guide, step, actor, now)
    return guide


def _check_department(words: GuideWords, actor: Actor) -> None:
    """Let a department's people write for their own department only."""
    if keeps_all(actor) or "department" in words.faults:
        return
    if words.columns.get("department_code") not in own_departments(actor):
        words.faults["department"] = _("只能维护本部门的便民服务")


def _audit(guide: Guide, step: str, actor: Actor, now: datetime, **more: Any) -> None:
    data = {"guide": guide.pk, "code": guide.code, "step": step, **more}
    record_audit(AuditAction.GUIDE, actor=actor.user, now=now, data=data)
