"""WeChat's checks of words and pictures, before something may be shown to the public.

Sources: the platform's documentation of ``msgSecCheck`` and ``mediaCheckAsync``, both version 2. The
person must have been in the mini program within two hours; later WeChat answers 61010.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import OutboundError
from xiangcun.lib.wechat.base import errcode_of
from xiangcun.lib.wechat.gateway import TRANSIENT, Gateway

logger = logging.getLogger(__name__)
TOO_LATE, RISKY_V1 = 61010, 87014
MAX_CONTENT = 2500
_PICTURE = 2


class CheckScene(IntEnum):
    """Where the thing stands."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL = 4


class CheckState(StrEnum):
    """What WeChat says; ``accepted`` means that the verdict will come by push."""

    PASS = "pass"  # noqa: S105 - WeChat's word
    REVIEW = "review"
    RISKY = "risky"
    ACCEPTED = "accepted"
    TOO_LATE = "too_late"
    REFUSED = "refused"
    RETRY = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """``label`` is WeChat's number for the kind of trouble, 100 for none."""

    state: CheckState
    trace_id: str = ""
    label: int = 0
    errcode: int = 0

    @property
    def final(self) -> bool:
        """Say whether asking again is of no use."""
        return self.state not in {CheckState.RETRY, CheckState.ACCEPTED}


def check_text(
    gateway: Gateway, content: str, *, openid: str, scene: CheckScene = CheckScene.FORUM
) -> CheckOutcome:
    """Ask about words, at most the first 2500 characters; never raises."""
    body = {
        "content": content[:MAX_CONTENT],
        "version": 2,
        "scene": int(scene),
        "openid": openid,
    }
    return _checked(lambda: gateway.post("/wxa/msg_sec_check", body), _verdict)


def check_media(
    gateway: Gateway, url: str, *, openid: str, scene: CheckScene = CheckScene.FORUM
) -> CheckOutcome:
    """Hand in the address of a picture, which WeChat fetches within 30 minutes; never raises."""
    body = {
        "media_url": url,
        "media_type": _PICTURE,
        "version": 2,
        "scene": int(scene),
        "openid": openid,
    }
    return _checked(lambda: gateway.post("/wxa/media_check_async", body), _accepted)


def media_verdict(data: Mapping[str, Any]) -> CheckOutcome:
    """Read the push ``wxa_media_check``. A picture that WeChat could not fetch is to be asked again."""
    errcode = _number(data.get("errcode"))
    if errcode:
        return CheckOutcome(state=CheckState.RETRY, trace_id=_trace(data), errcode=errcode)
    return _verdict(data)


def _checked(
    ask: Callable[[], dict[str, Any]], read: Callable[[Mapping[str, Any]], CheckOutcome]
) -> CheckOutcome:
    try:
        answer = ask()
    except (OutboundError, DomainError):
        return CheckOutcome(state=CheckState.RETRY)
    errcode = errcode_of(answer)
    if not errcode:
        return read(answer)
    if errcode in TRANSIENT:
        state = CheckState.RETRY
    elif errcode == TOO_LATE:
        state = CheckState.TOO_LATE
    elif errcode == RISKY_V1:
        state = CheckState.RISKY
    else:
        state = CheckState.REFUSED
        logger.warning("wechat_check_refused errcode=%s", errcode)
    return CheckOutcome(state=state, errcode=errcode, trace_id=_trace(answer))


def _verdict(answer: Mapping[str, Any]) -> CheckOutcome:
    """Read ``result``; a word we do not know is for a human to look at."""
    result = answer.get("result")
    result = result if isinstance(result, Mapping) else {}
    try:
        state = CheckState(str(result.get("suggest", "")))
    except ValueError:
        state = CheckState.REVIEW
    if state not in {CheckState.PASS, CheckState.REVIEW, CheckState.RISKY}:
        state = CheckState.REVIEW
    return CheckOutcome(state=state, trace_id=_trace(answer), label=_number(result.get("label")))


def _accepted(answer: Mapping[str, Any]) -> CheckOutcome:
    trace_id = _trace(answer)
    return CheckOutcome(
        state=CheckState.ACCEPTED if trace_id else CheckState.RETRY, trace_id=trace_id
    )


def _trace(answer: Mapping[str, Any]) -> str:
    return str(answer.get("trace_id") or "")[:100]


def _number(value: Any) -> int:
    """Read a number that XML brings as text."""
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0
