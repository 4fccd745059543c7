"""What tells an operator that triage stands still although every process answers."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.queries.untriaged import oldest_wait
from xiangcun.lib.health import Outcome

LONGEST_WAIT = timedelta(minutes=2)


def oldest_untriaged() -> Outcome:
    """Fail when a report has waited for triage longer than any sweep should let it."""
    wait = oldest_wait(now=timezone.now())
    if wait is None:
        return Outcome(ok=True)
    seconds = max(0, int(wait.total_seconds()))
    return Outcome(
        wait <= LONGEST_WAIT, _("最久的上报已等待 %(seconds)s 秒") % {"seconds": seconds}
    )
