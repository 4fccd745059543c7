"""What tells an operator that residents do not hear of their reports, although every process answers."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.queries.messages import late_count, stuck_count
from xiangcun.lib.health import Outcome


def standing_messages() -> Outcome:
    """Name messages to residents that could not be sent: their inbox shows everything all the same."""
    stuck, late = stuck_count(), late_count(now=timezone.now())
    if not stuck and not late:
        return Outcome(ok=True)
    message = _("发送失败的居民消息 %(stuck)s 条，未处理的 %(late)s 条")
    return Outcome(ok=True, degraded=True, message=message % {"stuck": stuck, "late": late})
