"""Who is told of what: the table of the ticket's actions, as data.

Department roles count in the ticket's lead department; where the ticket has none, ``otherwise`` is
told. What is not in the table is told to nobody: the queues show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dispatch.enums import NotificationKind as Kind
from dispatch.enums import Role
from dispatch.enums import TicketAction as Act

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

D, L, V = Role.DISPATCHER, Role.LEAD, Role.VERIFIER
H, M = Role.HANDLER, Role.HEAD


@dataclass(frozen=True, slots=True)
class Rule:
    """``says`` is what a message begins with; ``assisting`` departments are told as well."""

    kind: Kind
    roles: tuple[Role, ...]
    says: _StrPromise
    otherwise: tuple[Role, ...] = ()
    assisting: bool = False


ANNOUNCED: Mapping[Act, Rule] = MappingProxyType(
    {
        Act.DISPATCH: Rule(Kind.TASK, (H,), _("新派单，请签收"), assisting=True),
        Act.REWORK: Rule(Kind.TASK, (H,), _("核查未通过，请返工")),
        Act.RESUME: Rule(Kind.TASK, (H,), _("已恢复办理")),
        Act.SPLIT: Rule(Kind.TASK, (M,), _("已拆分子工单")),
        Act.CANCEL_CHILD: Rule(Kind.TASK, (H,), _("协办子工单已取消")),
        Act.URGE: Rule(Kind.URGED, (H,), _("居民催办"), otherwise=(D,)),
        Act.SUPPLEMENT: Rule(Kind.URGED, (H,), _("居民补充了说明"), otherwise=(D,)),
        Act.WITHDRAW: Rule(Kind.URGED, (H,), _("居民已撤回")),
        Act.SUPERVISE: Rule(Kind.CARD, (M, H), _("值班领导督办")),
        Act.ANSWER_SUPERVISION: Rule(Kind.CARD, (L,), _("督办已回复")),
        Act.YELLOW_CARD: Rule(Kind.CARD, (M, H), _("黄牌预警，临近期限")),
        Act.RED_CARD: Rule(Kind.CARD, (M, H, L), _("红牌，已超期")),
        Act.REVIEW_SUSPENSION: Rule(Kind.CARD, (M, L), _("挂账到期，请复核")),
        Act.REQUEST_EXTENSION: Rule(Kind.REQUEST, (L,), _("申请延期，请审批")),
        Act.REQUEST_SUSPENSION: Rule(Kind.REQUEST, (L,), _("申请挂账，请审批")),
        Act.GRANT_EXTENSION: Rule(Kind.DECISION, (M, H), _("延期申请已同意")),
        Act.DENY_EXTENSION: Rule(Kind.DECISION, (M, H), _("延期申请未同意")),
        Act.GRANT_SUSPENSION: Rule(Kind.DECISION, (M, H), _("挂账申请已同意")),
        Act.DENY_SUSPENSION: Rule(Kind.DECISION, (M, H), _("挂账申请未同意")),
        Act.EXTEND_SUSPENSION: Rule(Kind.DECISION, (M, H), _("挂账期限已延长")),
        Act.RETURN: Rule(Kind.ROOM, (D,), _("部门退单，请重新派单")),
        Act.TAKE_BACK: Rule(Kind.ROOM, (D,), _("区级退回，请重新派单")),
        Act.ANSWER: Rule(Kind.ROOM, (D,), _("居民已补充，请研判")),
        Act.EXPIRE_INFO: Rule(Kind.ROOM, (D,), _("居民未在期限内补充，请研判")),
        Act.APPEAL: Rule(Kind.ROOM, (D, L), _("居民申诉，请重新研判")),
        Act.REOPEN: Rule(Kind.ROOM, (D, L), _("工单重新打开，请研判")),
        Act.FINISH: Rule(Kind.ROOM, (V,), _("办理完成，请核查")),
        Act.REPLY: Rule(Kind.ROOM, (V,), _("答复已拟好，请核查")),
        Act.ASK_LEAD: Rule(Kind.ROOM, (L,), _("居民请值班领导复核")),
    }
)

EMAIL_BY_DEFAULT = frozenset(
    {
        Kind.ALARM,
        Kind.TASK,
        Kind.CARD,
        Kind.REQUEST,
        Kind.DECISION,
        Kind.MENTION,
        Kind.DIGEST,
        Kind.BRIEF,
    }
)
ALWAYS_BY_EMAIL = frozenset({Kind.ALARM})
"""Nobody may switch these off."""
