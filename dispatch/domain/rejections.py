"""What a resident reads when a case is refused: why, in the desk's words, and where to go with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.enums import RejectReason
from dispatch.models import Ticket

WHERE: Mapping[str, str] = MappingProxyType(
    {
        RejectReason.NOT_OUR_AREA: "请向事发地的街道（镇）反映，或拨打 12345 政务服务便民热线转办。",
        RejectReason.PETITION: "请到街道信访接待窗口，或通过国家信访局网上信访平台提出，也可拨打 12345。",
        RejectReason.LITIGATION: "请按法院、仲裁委员会或复议机关的程序办理；法律咨询可拨打 12348。",
        RejectReason.DISCIPLINE: "请向纪检监察机关反映，举报电话 12388。",
        RejectReason.POLICE: "请立即拨打 110；不便通话可发短信 12110。",
        RejectReason.INSUFFICIENT: "请写清时间、地点和情况后申诉，或附上照片重新上报。",
        RejectReason.NOT_A_CASE: "如有需要办理的事情，请写明后申诉或重新上报。",
    }
)


def rejection_of(ticket: Ticket) -> dict[str, str] | None:
    """Return ``{code, label, text, where, at}`` of a refused ticket, ``None`` of any other.

    ``text`` is what the desk wrote for the resident; a refused ticket keeps it as its result.
    """
    if not ticket.reject_reason or ticket.closed_at is None:
        return None
    reason = RejectReason(ticket.reject_reason)
    return {
        "code": reason.value,
        "label": str(reason.label),
        "text": ticket.result_text,
        "where": WHERE[reason],
        "at": ticket.closed_at.isoformat(),
    }
