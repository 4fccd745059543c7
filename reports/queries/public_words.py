"""The words the public reads of a case: made from its status and place, never from what was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.enums import PublicStatus

_NOW = {
    PublicStatus.RECEIVED: gettext_lazy("已受理"),
    PublicStatus.PROCESSING: gettext_lazy("正在办理"),
    PublicStatus.NEED_INFO: gettext_lazy("正在办理"),
    PublicStatus.AWAITING_RATING: gettext_lazy("已经办好"),
    PublicStatus.CLOSED: gettext_lazy("已办结"),
}
_STEPS = {
    PublicStatus.RECEIVED: gettext_lazy("收到居民反映"),
    PublicStatus.PROCESSING: gettext_lazy("交给负责的单位办理"),
    PublicStatus.AWAITING_RATING: gettext_lazy("已经办好，等待居民评价"),
    PublicStatus.CLOSED: gettext_lazy("已办结"),
}
_AGAIN = gettext_lazy("重新办理")


@dataclass(frozen=True, slots=True)
class PublicStep:
    """A change of status on a day: the hour would help to find out who reported it."""

    day: date
    status: PublicStatus
    text: str


def summary_of(village: str, category: str, status: str) -> str:
    """Return the neutral line: ``联盟村 · 暴露垃圾，正在办理``."""
    what = " · ".join(filter(None, [village, category])) or str(_("居民反映的问题"))
    state = _NOW.get(PublicStatus(status))
    return f"{what}，{state}" if state else what


def public_steps(
    submitted_at: datetime, updates: Iterable[tuple[datetime, str]]
) -> list[PublicStep]:
    """Return the changes of status, oldest first, of lines ``(at, status)`` in their order.

    What passes between office and resident (questions, urging, rating) is theirs: only the changes
    that everybody may know are left.
    """
    steps = [_step(submitted_at, PublicStatus.RECEIVED, again=False)]
    for at, value in updates:
        status = PublicStatus(value)
        if status == PublicStatus.NEED_INFO:
            status = PublicStatus.PROCESSING
        if status not in _STEPS or status == steps[-1].status:
            continue
        if (
            status == PublicStatus.RECEIVED
        ):  # reopened: what counts is that it is being handled again
            continue
        again = any(step.status == status for step in steps)
        steps.append(_step(at, status, again=again and status == PublicStatus.PROCESSING))
    return steps


def _step(at: datetime, status: PublicStatus, *, again: bool) -> PublicStep:
    text = str(_AGAIN if again else _STEPS[status])
    return PublicStep(timezone.localtime(at).date(), status, text)
