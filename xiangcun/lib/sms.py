"""Text messages through whatever service the township has: one HTTP call, described by settings.

Every provider takes a number, a text or a template with parameters, and some secret; they differ in
names only. So the call is data: ``SMS_URL``, ``SMS_METHOD``, ``SMS_HEADERS`` and ``SMS_BODY`` with
``{names}`` in them, ``SMS_SUCCESS`` says how an accepted message looks. An optional HMAC signs what
``SMS_SIGN_OVER`` names. Nothing of a number, a text or a code is ever logged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from xiangcun.lib.message_config import NAME
from xiangcun.lib.outbound import HttpClient, OutboundError

logger = logging.getLogger(__name__)

CLIENT = HttpClient(read=6.0)
Trouble = Literal["", "off", "away", "busy", "refused", "unwanted"]
CODE, NOTICE, GUARDIAN = "code", "notice", "guardian"
_HASHES: Mapping[str, Callable[..., Any]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
}


@dataclass(frozen=True, slots=True)
class SmsOutcome:
    """What came of one message; true when the service took it.

    ``off`` no service is set, ``away`` it did not answer, ``busy`` too many for now, ``refused`` our
    account or template is wrong, ``unwanted`` this number takes none. ``reason`` is Chinese for staff
    and holds no number. ``maybe_sent``: it may have arrived although nobody said so.
    """

    trouble: Trouble = ""
    reason: str = ""
    reference: str = ""
    maybe_sent: bool = False

    def __bool__(self) -> bool:
        return not self.trouble


def configured() -> bool:
    """Whether a service is set."""
    return bool(settings.SMS_URL)


def send_code(phone: str, code: str, *, minutes: int = 5) -> SmsOutcome:
    """Send a verification code; never raises."""
    text = _("验证码 %(code)s，%(minutes)s 分钟内有效。如非本人操作请忽略。")
    values = {"code": code, "minutes": str(minutes)}
    return _send(CODE, phone, text % values, values)


def can_ask_guardians() -> bool:
    """Whether a guardian would read what the code is for: our own words, or a template made for it."""
    has_words = "{text}" in f"{settings.SMS_URL}{json.dumps(settings.SMS_BODY)}"
    return configured() and (has_words or bool(settings.SMS_TEMPLATES.get(GUARDIAN)))


def send_guardian_code(phone: str, code: str, *, minutes: int = 5) -> SmsOutcome:
    """Send a guardian the code that says yes, and what it says yes to; never raises."""
    text = _(
        "孩子想用乡村小脑反映问题并查看办理进度，请您作为监护人确认：同意我们保存孩子的称呼和电话，"
        "就把验证码 %(code)s 告诉孩子，%(minutes)s 分钟内有效。不同意请不要告诉。"
    )
    values = {"code": code, "minutes": str(minutes)}
    return _send(GUARDIAN, phone, text % values, values)


def send_notice(phone: str, text: str, *, url: str = "") -> SmsOutcome:
    """Send a notice in our own words; never raises."""
    return _send(NOTICE, phone, text, {"text": text, "url": url})


def _send(purpose: str, phone: str, text: str, params: Mapping[str, str]) -> SmsOutcome:
    if not configured():
        return SmsOutcome("off", _("没有配置短信服务"))
    now = datetime.now(UTC)
    values = {
        "phone": phone,
        "text": text,
        "code": params.get("code", ""),
        "minutes": params.get("minutes", ""),
        "url": params.get("url", ""),
        "template": _template(purpose),
        "params": json.dumps(dict(params), ensure_ascii=False),
        "sign_name": settings.SMS_SIGN_NAME,
        "timestamp": str(int(now.timestamp())),
        "timestamp_ms": str(int(now.timestamp() * 1000)),
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "nonce": uuid.uuid4().hex,
    }
    outcome = _call(values)
    logger.info("sms_sent purpose=%s trouble=%s", purpose, outcome.trouble or "none")
    return outcome


def _template(purpose: str) -> str:
    """Return the service's name of the template; a guardian's is a code's where it has none of its own."""
    named = settings.SMS_TEMPLATES.get(purpose)
    return str(named or (settings.SMS_TEMPLATES.get(CODE, "") if purpose == GUARDIAN else ""))


def _call(values: dict[str, str]) -> SmsOutcome:
    body = _body(values)
    values["body"] = body.decode()
    values["signature"] = _signature(values)
    if "{signature}" in json.dumps(settings.SMS_BODY):
        body = _body(values)
    headers = {name: _filled(str(text), values) for name, text in settings.SMS_HEADERS.items()}
    form = settings.SMS_ENCODING == "form"
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Content-Type": f"{kind}; charset=utf-8", **headers}
    url = NAME.sub(lambda found: quote(values.get(found[1], found[0]), safe=""), settings.SMS_URL)
    method = settings.SMS_METHOD
    try:
        answer = CLIENT.send_bytes(method, url, None if method == "GET" else body, headers=headers)
    except OutboundError as error:
        return _failure(error)
    return _verdict(answer)


def _body(values: Mapping[str, str]) -> bytes:
    filled = _fill(settings.SMS_BODY, values)
    if settings.SMS_ENCODING == "form":
        return urlencode({name: _flat(value) for name, value in filled.items()}).encode()
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()


def _fill(template: Any, values: Mapping[str, str]) -> Any:
    """Fill in the names of every string of a JSON value."""
    if isinstance(template, str):
        return _filled(template, values)
    if isinstance(template, list):
        return [_fill(item, values) for item in template]
    if isinstance(template, dict):
        return {name: _fill(item, values) for name, item in template.items()}
    return template


def _filled(text: str, values: Mapping[str, str]) -> str:
    return NAME.sub(lambda found: values.get(found[1], ""), text)


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _signature(values: Mapping[str, str]) -> str:
    if not settings.SMS_SIGN_SECRET:
        return ""
    digest = hmac.new(
        settings.SMS_SIGN_SECRET.encode(),
        _filled(settings.SMS_SIGN_OVER, values).encode(),
        _HASHES[settings.SMS_SIGN_HASH],
    )
    if settings.SMS_SIGN_FORM == "base64":
        return base64.b64encode(digest.digest()).decode()
    return digest.hexdigest()


def _failure(error: OutboundError) -> SmsOutcome:
    """Tell apart what surely did not arrive from what may have."""
    if error.kind == "http":
        status = error.status or 0
        if status == 429:
            return SmsOutcome("busy", _("短信服务限流"))
        if 400 <= status < 500:
            reason = _("短信服务拒绝了请求（HTTP %(status)s），请检查配置")
            return SmsOutcome("refused", reason % {"status": status})
        return SmsOutcome("away", _("短信服务出错"), maybe_sent=True)
    if error.kind == "connect":
        return SmsOutcome("away", _("连接不上短信服务"))
    return SmsOutcome("away", _("短信服务没有给出可读的回答"), maybe_sent=True)


def _verdict(answer: Any) -> SmsOutcome:
    """Judge the answer by ``path=value`` settings; paths are dotted, figures index a list."""
    reference = str(_at(answer, settings.SMS_REFERENCE) or "")[:64]
    path, _equals, wanted = settings.SMS_SUCCESS.partition("=")
    got = _at(answer, path)
    word = "" if got is None else _flat(got)
    if not path or word == wanted:
        return SmsOutcome(reference=reference)
    shown = word[:40] if re.fullmatch(r"[\w.:-]{1,40}", word, re.ASCII) else "?"
    for trouble, words, reason in _named_troubles():
        if word in words:
            return SmsOutcome(trouble, reason, reference)
    return SmsOutcome("refused", _("短信服务拒绝：%(code)s") % {"code": shown}, reference)


def _named_troubles() -> tuple[tuple[Trouble, list[str], str], ...]:
    return (
        ("busy", settings.SMS_BUSY, _("短信服务限流")),
        ("unwanted", settings.SMS_UNWANTED, _("该号码不接收短信")),
    )


def _at(answer: Any, path: str) -> Any:
    """Return what is at ``a.0.b`` of a decoded answer, ``None`` when it is not there."""
    for part in filter(None, path.split(".")):
        if isinstance(answer, dict):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdigit() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer
