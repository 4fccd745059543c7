"""What staff do about messages to residents that could not be sent: send them again, for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.domain.channel_settings import RESENDS
from dispatch.enums import AuditAction, Role
from dispatch.models import Staff
from reports.domain.message_outbox import resend_stuck
from xiangcun.lib import bell
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

SWEEP_TASK = "reports.sweep_messages"
REASON_LENGTH = 200
MOST_LISTED = 50


def resend_messages(
    ids: Sequence[int] | None,
    *,
    reason: str,
    roles: frozenset[Role],
    user: Staff,
    now: datetime,
    address: str = "",
) -> int:
    """Queue stuck messages again (all when ``ids`` is None, 1000 at most); return how many.

    Audited with the reason: it makes the system talk to people once more. Whom is not written there.
    """
    if not roles & RESENDS:
        raise NotAllowedError("role_not_allowed", _("只有值班领导和系统管理员可以重发"))
    why = reason.strip()[:REASON_LENGTH]
    if not why:
        raise InvalidInputError.of_field("reason", "required", _("请填写重发原因"))
    with transaction.atomic():
        sent = resend_stuck(ids, now=now)
        if not sent:
            return 0
        record_audit(
            AuditAction.MESSAGE_RESENT,
            actor=user,
            now=now,
            reason=why,
            data={"deliveries": sent[:MOST_LISTED], "count": len(sent)},
            address=address,
        )
        bell.ring_on_commit(SWEEP_TASK)
    return len(sent)
