"""Text messages to residents, each with a line in the log that has neither its number nor its words."""

from __future__ import annotations

from datetime import datetime

from reports.enums import SmsPurpose
from reports.models import SmsLog
from xiangcun.lib import sms
from xiangcun.lib.sms import SmsOutcome


def send_code_sms(
    resident_id: int | None, phone: str, code: str, *, now: datetime, minutes: int = 5
) -> SmsOutcome:
    """Send a verification code now; never raises, false when the service did not take it."""
    outcome = sms.send_code(phone, code, minutes=minutes)
    _note(resident_id, SmsPurpose.CODE, outcome, now=now)
    return outcome


def send_guardian_sms(
    resident_id: int | None, phone: str, code: str, *, now: datetime, minutes: int = 5
) -> SmsOutcome:
    """Send a child's guardian the code that says yes; never raises."""
    outcome = sms.send_guardian_code(phone, code, minutes=minutes)
    _note(resident_id, SmsPurpose.CODE, outcome, now=now)
    return outcome


def send_notice_sms(
    resident_id: int, phone: str, text: str, *, url: str, now: datetime
) -> SmsOutcome:
    """Send a notice now; never raises."""
    outcome = sms.send_notice(phone, text, url=url)
    _note(resident_id, SmsPurpose.NOTICE, outcome, now=now)
    return outcome


def _note(
    resident_id: int | None, purpose: SmsPurpose, outcome: SmsOutcome, *, now: datetime
) -> None:
    SmsLog.objects.create(
        resident_id=resident_id,
        purpose=purpose,
        trouble=outcome.trouble,
        reference=outcome.reference,
        at=now,
    )
