"""Who may do what to a brief and when, as data; and who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.domain.actors import Actor
from dispatch.enums import SIGNED_STATUSES, BriefStatus, BriefStep, Role
from dispatch.models import Brief
from xiangcun.lib.errors import ConflictError, NotAllowedError

EDITS = frozenset({Role.DISPATCHER, Role.LEAD})
SIGNS = frozenset({Role.LEAD})
READS_ALL = frozenset({Role.DISPATCHER, Role.LEAD, Role.LEADERSHIP, Role.AUDITOR})
READS_SIGNED = frozenset({Role.HEAD, Role.VERIFIER})
READS_BRIEFS = READS_ALL | READS_SIGNED


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states by whom; ``to`` is ``None`` where the state stays."""

    sources: frozenset[BriefStatus]
    roles: frozenset[Role]
    to: BriefStatus | None = None
    reason: bool = False


_DRAFT, _SUBMITTED = frozenset({BriefStatus.DRAFT}), frozenset({BriefStatus.SUBMITTED})
RULES: Mapping[BriefStep, Rule] = MappingProxyType(
    {
        BriefStep.EDIT: Rule(_DRAFT, EDITS),
        BriefStep.REFRESH: Rule(_DRAFT, EDITS),
        BriefStep.SUBMIT: Rule(_DRAFT, EDITS, BriefStatus.SUBMITTED),
        BriefStep.SEND_BACK: Rule(_SUBMITTED, EDITS, BriefStatus.DRAFT, reason=True),
        BriefStep.SIGN: Rule(_SUBMITTED, SIGNS, BriefStatus.PUBLISHED),
        BriefStep.WITHDRAW: Rule(SIGNED_STATUSES, SIGNS, BriefStatus.WITHDRAWN, reason=True),
        BriefStep.REOPEN: Rule(
            frozenset({BriefStatus.WITHDRAWN}), EDITS, BriefStatus.DRAFT, reason=True
        ),
    }
)


def may(brief: Brief, step: BriefStep, actor: Actor) -> bool:
    """Whether the page offers the step."""
    rule = RULES[step]
    return brief.status in rule.sources and bool(rule.roles & actor.roles)


def may_read(brief: Brief, actor: Actor) -> bool:
    """Whether ``actor`` may read the issue: heads and verifiers once it is signed."""
    if actor.roles & READS_ALL:
        return True
    return brief.status in SIGNED_STATUSES and bool(actor.roles & READS_SIGNED)


def check_step(brief: Brief, step: BriefStep, actor: Actor, *, version: int) -> None:
    """Raise unless ``actor`` may take the step on what they last saw (``version``)."""
    rule = RULES[step]
    if not rule.roles & actor.roles:
        who = "值班领导" if rule.roles == SIGNS else "指挥室坐席或值班领导"
        raise NotAllowedError("role_not_allowed", f"{step.label}由{who}办理")
    if brief.status not in rule.sources:
        raise ConflictError(
            "brief_state_changed",
            f"这期简报现在是“{brief.get_status_display()}”，不能{step.label}；请刷新页面查看",
        )
    if brief.version != version:
        raise ConflictError(
            "brief_version_changed",
            f"您打开页面之后别人已改过这期简报（现在是第 {brief.version} 版）。"
            "您写的内容还在页面上，请对照新版本后再保存",
        )
