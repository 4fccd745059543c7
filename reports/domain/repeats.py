"""The same words twice within a day: most often a tap too many, sometimes another matter."""

from __future__ import annotations

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reports.domain.danger import tells_danger
from reports.enums import PublicStatus
from reports.models import Report, Resident
from reports.queries.repeats import repeated_report
from xiangcun.lib.errors import ConflictError

TOWNSHIP_ZONE = ZoneInfo("Asia/Shanghai")


class RepeatedReportError(ConflictError):
    """409 ``repeated_report``: ``details`` name the earlier report, where it is the sender's own."""


def check_repeat(resident: Resident, report: Report, *, now: datetime) -> None:
    """Raise ``RepeatedReportError`` for what this person or device has said within a day; never for danger."""
    earlier = repeated_report(
        resident,
        client_id=uuid.UUID(str(report.client_id)),
        text=report.text,
        point=(report.lat, report.lng),
        device=report.sender_device,
        now=now,
    )
    if earlier is not None and not tells_danger(report.text):
        raise _repeated(earlier, own=earlier.resident_id == resident.pk)


def _repeated(earlier: Report, *, own: bool) -> RepeatedReportError:
    """Name the earlier report to the person who sent it; another account of the phone learns no number."""
    status = PublicStatus(earlier.public_status)
    if not own:
        return RepeatedReportError(
            "repeated_report",
            _("这部手机一天内已经上报过相同的内容。如果是另一件事，可以照样发送。"),
            details={"number": None, "status": None, "submitted_at": None, "allowed_actions": []},
        )
    local = earlier.submitted_at.astimezone(TOWNSHIP_ZONE)
    message = _(
        "您在 %(at)s 已经上报过相同的内容（%(number)s，%(status)s），可以在那件上报里补充或催办；"
        "如果是另一件事，可以照样发送。"
    ) % {
        "at": f"{local.month}月{local.day}日 {local:%H:%M}",
        "number": earlier.number,
        "status": status.word,
    }
    details = {
        "number": earlier.number,
        "status": {"code": status.value, "label": status.word},
        "submitted_at": local.isoformat(timespec="seconds"),
        "allowed_actions": list(earlier.allowed_actions),
    }
    return RepeatedReportError("repeated_report", message, details=details)
