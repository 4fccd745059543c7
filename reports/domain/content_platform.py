"""Whether and how the platform's content checks can be asked: only about people it knows.

Its checks want the openid of somebody who was in the mini program within two hours. Anonymous
reports are not sent: their words would stand beside an identity on somebody else's server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from reports.domain.identity import wechat_openid
from reports.enums import CheckState, PhotoStatus
from reports.models import Photo, Resident
from reports.queries.photo_links import LARGE, photo_url
from xiangcun.lib import wechat


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one question brought: ``WAITING`` = ask again, ``ASKED`` = the answer will be pushed."""

    state: CheckState
    trace_id: str = ""
    label: int = 0


_STATES = {
    wechat.CheckState.PASS: CheckState.PASSED,
    wechat.CheckState.REVIEW: CheckState.REVIEW,
    wechat.CheckState.RISKY: CheckState.RISKY,
    wechat.CheckState.ACCEPTED: CheckState.ASKED,
    wechat.CheckState.RETRY: CheckState.WAITING,
    wechat.CheckState.TOO_LATE: CheckState.UNAVAILABLE,
    wechat.CheckState.REFUSED: CheckState.UNAVAILABLE,
}
_UNAVAILABLE = Verdict(CheckState.UNAVAILABLE)


def is_checkable(resident: Resident | None, *, anonymous: bool) -> bool:
    """Whether the platform can be asked about what this person sends; no query."""
    configured = bool(settings.WECHAT_APPID and settings.WECHAT_SECRET)
    return configured and not anonymous and resident is not None and bool(wechat_openid(resident))


def ask_text(resident: Resident | None, text: str) -> Verdict:
    """Ask about a text; never raises."""
    api, openid = wechat.api(), _openid(resident)
    if api is None or not openid:
        return _UNAVAILABLE
    return _verdict(api.check_text(text, openid=openid, scene=wechat.CheckScene.FORUM))


def ask_picture(resident: Resident | None, photo: Photo, *, now: datetime) -> Verdict:
    """Ask about a photo by a link that lives for some hours; never raises.

    The platform fetches it: without ``PUBLIC_BASE_URL`` it could not, and then nobody is asked.
    """
    api, openid = wechat.api(), _openid(resident)
    if api is None or not openid or not settings.PUBLIC_BASE_URL:
        return _UNAVAILABLE
    if photo.status == PhotoStatus.BROKEN:
        return _UNAVAILABLE
    path = photo_url(photo, LARGE, now=now)
    if path is None:  # not drawn yet
        return Verdict(CheckState.WAITING)
    url = f"{settings.PUBLIC_BASE_URL}{path}"
    return _verdict(api.check_media(url, openid=openid, scene=wechat.CheckScene.FORUM))


def state_of(word: wechat.CheckState) -> CheckState:
    """Return what WeChat's word means for a check."""
    return _STATES[word]


def _openid(resident: Resident | None) -> str:
    return wechat_openid(resident) if resident is not None else ""


def _verdict(outcome: wechat.CheckOutcome) -> Verdict:
    return Verdict(state_of(outcome.state), outcome.trace_id, outcome.label)
