"""A guardian's yes by text message: the code goes to the guardian, the child types it in.

For a guardian without WeChat who cannot come to the office. The message says what the code agrees to.
Of the guardian nothing is kept but the digest of the number, for a day.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reports.domain.guardians import ask_guardian, confirm_by_phone
from reports.domain.phone_codes import (
    FOR_GUARDIAN,
    SmsUnavailableError,
    check_mobile,
    find_code,
    issue_code,
    use_code,
)
from reports.domain.sms_sending import send_guardian_sms
from reports.enums import GuardianRelation
from reports.models import GuardianRequest, Resident
from xiangcun.lib import sms
from xiangcun.lib.errors import ConflictError


def send_guardian_code(child: Resident, phone: str, *, now: datetime) -> None:
    """Send the guardian a code, within the limits of every other code.

    Raises ``guardian_not_needed``, ``phone_invalid``, ``too_many_requests``, ``sms_off``, ``sms_failed``.
    """
    _check_child(child)
    if not sms.can_ask_guardians():
        raise SmsUnavailableError("sms_off", _("没有开通短信确认，请监护人用微信确认或到窗口登记"))
    check_mobile(phone)
    issue_code(child, phone, send_guardian_sms, now=now, purpose=FOR_GUARDIAN)


def confirm_guardian_code(
    child: Resident, phone: str, code: str, *, relation: GuardianRelation, now: datetime
) -> GuardianRequest:
    """Take the code that the guardian told the child; raises as ``confirm_code`` does."""
    _check_child(child)
    row = find_code(child, phone, code, now=now, purpose=FOR_GUARDIAN)
    with transaction.atomic():
        use_code(row, now=now)
        return confirm_by_phone(ask_guardian(child, now=now).code, relation=relation, now=now)


def _check_child(child: Resident) -> None:
    if not child.needs_guardian:
        raise ConflictError("guardian_not_needed", _("不需要监护人确认"))
