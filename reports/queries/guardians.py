"""A child's request to its guardian, found by its code or by the child."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from reports.enums import GuardianState
from reports.models import GuardianRequest, Resident
from xiangcun.lib.errors import NotFoundError


def find_request(code: str, *, now: datetime) -> GuardianRequest:
    """Return the request of a code however it is written; unknown, refused and expired are alike."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    rows = GuardianRequest.objects.select_related("resident").filter(code=plain)
    request = rows.exclude(state=GuardianState.REFUSED).first()
    is_open = request is not None and (
        request.state == GuardianState.CONFIRMED or request.expires_at > now
    )
    if request is None or not is_open:
        raise NotFoundError("guardian_code_unknown", _("没有这个确认编号，或它已经过期"))
    return request


def request_of(resident: Resident, *, now: datetime) -> GuardianRequest | None:
    """Return the child's request while it is of use."""
    request = GuardianRequest.objects.filter(resident=resident).first()
    if request is None or request.state == GuardianState.REFUSED:
        return None
    return None if request.state == GuardianState.WAITING and request.expires_at <= now else request
