"""What tells an operator that triage stands still, or works with less, although every process answers."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.queries.classifiers import champion_version, fallen_version
from dispatch.queries.outbox import outbox_trouble
from dispatch.queries.untriaged import oldest_wait
from dispatch.triage.vault import file_exists
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


def standing_outbox() -> Outcome:
    """Name messages to staff that could not be sent: the console shows everything all the same."""
    stuck, waiting = outbox_trouble(now=timezone.now())
    if not stuck and not waiting:
        return Outcome(ok=True)
    message = _("发送失败的通知 %(stuck)s 条，未分发的通知 %(waiting)s 条")
    return Outcome(ok=True, degraded=True, message=message % {"stuck": stuck, "waiting": waiting})


def triage_model() -> Outcome:
    """Name a model that cannot be used: the lexicon classifies meanwhile, so nothing has failed.

    A running worker has the model in memory: a file that is gone shows here before the restart.
    """
    fallen = fallen_version()
    if fallen is not None:
        message = _("研判模型不可用，正在用词表研判：%(why)s") % {"why": fallen.reason}
        return Outcome(ok=True, degraded=True, message=message)
    champion = champion_version()
    if champion is not None and not file_exists(champion):
        message = _("研判模型的文件不见了，进程重启后将改用词表研判")
        return Outcome(ok=True, degraded=True, message=message)
    return Outcome(ok=True)
