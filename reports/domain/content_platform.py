"""Whether and how the platform's content checks can be asked: only about people it knows.

Its checks want the openid of somebody who was in the mini program within two hours. Anonymous
reports are not sent: their words would stand beside an identity on somebody else's server.
"""

from __future__ import annotations

from django.conf import settings

from reports.domain.identity import wechat_openid
from reports.models import Resident


def is_checkable(resident: Resident | None, *, anonymous: bool) -> bool:
    """Whether the platform can be asked about what this person sends; no query."""
    configured = bool(settings.WECHAT_APPID and settings.WECHAT_SECRET)
    return configured and not anonymous and resident is not None and bool(wechat_openid(resident))
