"""What the office does with volunteers, their points, rewards and patrols: by role, and in the audit trail.

Staff know a volunteer by a nickname and a number. Which case a line of points is about the lead alone
sees, who decides about taking it back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from reports.domain import patrols, points, rewards
from reports.models import Patrol, PatrolSignup, PointsEntry, Redemption, Reward
from xiangcun.lib.errors import NotAllowedError

DECIDES = frozenset({Role.LEAD})
RUNS = frozenset({Role.DISPATCHER, Role.LEAD})
READS = RUNS | {Role.AUDITOR}


@transaction.atomic
def take_points_back(entry_id: int, *, reason: str, actor: Actor, now: datetime) -> PointsEntry:
    """Reverse a line for proven malice; the lead only. The volunteer is told and may appeal."""
    _check(actor, DECIDES, "扣回积分由值班领导决定")
    entry = points.reverse_entry(entry_id, reason=reason, now=now)
    data = {
        "act": "扣回积分",
        "volunteer": entry.volunteer.number,
        "points": entry.amount,
        "entry": entry_id,
    }
    _audit(actor, data, reason=reason, now=now)
    return entry


@transaction.atomic
def correct_balance(
    volunteer_id: int, *, amount: int, reason: str, token: str, actor: Actor, now: datetime
) -> PointsEntry:
    """Add or take points by hand; the lead only."""
    _check(actor, DECIDES, "更正积分由值班领导决定")
    entry = points.correct_points(volunteer_id, amount=amount, reason=reason, token=token, now=now)
    data = {"act": "更正积分", "volunteer": entry.volunteer.number, "points": amount}
    _audit(actor, data, reason=reason, now=now)
    return entry


@transaction.atomic
def keep_reward(
    reward_id: int | None, draft: rewards.RewardDraft, *, version: int, actor: Actor, now: datetime
) -> Reward:
    """Put a reward on the shelf or change it."""
    _check(actor, RUNS, "兑换物品由指挥室管理")
    reward = rewards.save_reward(reward_id, draft, version=version, now=now)
    data = {
        "act": "新增兑换物品" if reward_id is None else "修改兑换物品",
        "reward": reward.pk, "name": reward.name, "points": reward.points, "stock": reward.stock,
    }  # fmt: skip
    _audit(actor, data, now=now)
    return reward


def look_up_code(typed: str, *, actor: Actor, now: datetime) -> Redemption:
    """Return what a code stands for."""
    _check(actor, RUNS, "核销由指挥室办理")
    return rewards.find_redemption(typed, now=now)


@transaction.atomic
def hand_over_reward(typed: str, *, actor: Actor, now: datetime) -> Redemption:
    """Hand a thing over for its code, once."""
    found = look_up_code(typed, actor=actor, now=now)
    row = rewards.hand_over(found.pk, now=now)
    data = {
        "act": "核销兑换", "volunteer": row.volunteer.number, "reward": row.reward.name,
        "points": row.cost, "redemption": row.pk,
    }  # fmt: skip
    _audit(actor, data, now=now)
    return row


@transaction.atomic
def announce_patrol(draft: patrols.PatrolDraft, *, actor: Actor, now: datetime) -> Patrol:
    """Post a patrol."""
    _check(actor, RUNS, "巡查任务由指挥室发布")
    patrol = patrols.post_patrol(draft, now=now)
    _audit(actor, {"act": "发布巡查", "patrol": patrol.pk, "title": patrol.title}, now=now)
    return patrol


@transaction.atomic
def call_patrol_off(patrol_id: int, *, actor: Actor, now: datetime) -> Patrol:
    """Cancel a patrol and tell who signed up."""
    _check(actor, RUNS, "巡查任务由指挥室管理")
    patrol = patrols.cancel_patrol(patrol_id, now=now)
    _audit(actor, {"act": "取消巡查", "patrol": patrol.pk, "title": patrol.title}, now=now)
    return patrol


@transaction.atomic
def settle_signup(signup_id: int, *, came: bool, actor: Actor, now: datetime) -> PatrolSignup:
    """Confirm that somebody walked, which pays, or write down that they did not come."""
    _check(actor, RUNS, "巡查由指挥室确认")
    step = patrols.confirm_signup if came else patrols.mark_no_show
    signup = step(signup_id, now=now)
    data = {
        "act": "确认巡查" if came else "登记未到", "patrol": signup.patrol_id,
        "volunteer": signup.volunteer.number,
    }  # fmt: skip
    _audit(actor, data, now=now)
    return signup


def record_volunteer_export(count: int, *, actor: Actor, now: datetime) -> None:
    """Write down that the list left the house."""
    _check(actor, READS, "志愿者名单供指挥室和审计员查看")
    data = {"what": "志愿者积分", "rows": count}
    record_audit(AuditAction.EXPORT, actor=actor.user, now=now, data=data)


def _check(actor: Actor, roles: frozenset[Role], message: str) -> None:
    if not actor.roles & roles:
        raise NotAllowedError("role_not_allowed", message)


def _audit(actor: Actor, data: dict[str, Any], *, now: datetime, reason: str = "") -> None:
    record_audit(AuditAction.VOLUNTEERS, actor=actor.user, now=now, reason=reason, data=data)
