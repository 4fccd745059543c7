"""Messages that WeChat sends us (消息推送): proved to be WeChat's, opened, and given to who wants them.

Source: the platform's documentation of message push. Every call is signed with our token, timestamp
and nonce, which says nothing about the body; in 安全模式 the body is sealed and signed as well, and
with a key configured nothing else is taken. WeChat calls again, thrice, when it is not answered with
200 within five seconds: handlers write rows, must bear a repetition, and leave the rest to a task.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

logger = logging.getLogger(__name__)
WINDOW = timedelta(minutes=10)
MAX_DEPTH = 12
KEY_LENGTH = 43
_BLOCK = 32
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class PushError(Exception):
    """Not a message of WeChat's; ``reason`` is for the log and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PushKeys:
    """What we have told WeChat on its settings page."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PushEvent:
    """``data`` is the whole message, the same from JSON and XML but for numbers, which XML has as text.

    ``openid`` is who did it, or WeChat itself (``wxa_media_check``). ``event`` is "" for a message
    that somebody typed to the mini program's service desk.
    """

    event: str
    openid: str = field(repr=False)
    created_at: datetime
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """One template in a push about subscriptions; ``accepted`` is ``None`` in a push about sending."""

    template_id: str
    accepted: bool | None
    status: str = ""
    error_code: str = ""
    msg_id: str = ""


Handler = Callable[[PushEvent], None]
HANDLERS: dict[str, list[Handler]] = {}


def register(event: str, handler: Handler) -> None:
    """Have ``handler`` called for every push of this event; once, however often it is registered."""
    handlers = HANDLERS.setdefault(event, [])
    if handler not in handlers:
        handlers.append(handler)


def deliver(event: PushEvent) -> int:
    """Call every handler, also after one failed; return how many there were, raise the last failure."""
    failure: Exception | None = None
    handlers = HANDLERS.get(event.event, [])
    for handler in handlers:
        try:
            handler(event)
        except Exception as error:
            logger.exception("wechat_push_handler_failed event=%s", event.event)
            failure = error
    if failure is not None:
        raise failure
    return len(handlers)


def check_call(keys: PushKeys, query: Mapping[str, str], *, now: datetime) -> str:
    """Return the signature of a call that WeChat has signed lately; raises :class:`PushError`."""
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    signature = query.get("signature", "")
    if not _same(signature, _signed(keys.token, stamp, nonce)):
        raise PushError("signature")
    try:
        age = now - datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise PushError("timestamp") from error
    if abs(age) > WINDOW:
        raise PushError("stale")
    return signature


def open_push(keys: PushKeys, query: Mapping[str, str], body: bytes) -> PushEvent:
    """Open a message whose call is checked; raises :class:`PushError`."""
    data = _decode(body)
    if keys.aes_key:
        sealed = data.get("Encrypt")
        if not isinstance(sealed, str):
            raise PushError("not_sealed")
        parts = (keys.token, query.get("timestamp", ""), query.get("nonce", ""), sealed)
        if not _same(query.get("msg_signature", ""), _signed(*parts)):
            raise PushError("msg_signature")
        data = _decode(_unseal(keys, sealed))
    event = data.get("Event")
    try:
        moment = datetime.fromtimestamp(int(data.get("CreateTime") or 0), UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise PushError("create_time") from error
    return PushEvent(
        event=event if isinstance(event, str) else "",
        openid=str(data.get("FromUserName") or ""),
        created_at=moment,
        data=data,
    )


def subscribe_results(event: PushEvent) -> list[SubscribeResult]:
    """Read the templates of a ``subscribe_msg_popup_event``, ``…_change_event`` or ``…_sent_event``."""
    found: Any = event.data
    for name in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"):
        found = event.data.get(name, found)
    if isinstance(found, Mapping):
        found = found.get("List", [])
    rows = [found] if isinstance(found, Mapping) else found
    return [_result(row) for row in rows if isinstance(row, Mapping) and row.get("TemplateId")]


def _result(row: Mapping[str, Any]) -> SubscribeResult:
    status = str(row.get("SubscribeStatusString", ""))
    return SubscribeResult(
        template_id=str(row["TemplateId"]),
        accepted=status == "accept" if status else None,
        status=status or str(row.get("ErrorStatus", "")),
        error_code=str(row.get("ErrorCode", "")),
        msg_id=str(row.get("MsgID", "")),
    )


def _signed(*parts: str) -> str:
    text = "".join(sorted(parts))
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat's signature


def _same(given: str, right: str) -> bool:
    return compare_digest(given.encode(), right.encode())


def _decode(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw) if raw.lstrip().startswith(b"{") else _from_xml(raw)
    except (ValueError, RecursionError, ET.ParseError) as error:
        raise PushError("body") from error
    if not isinstance(data, dict):
        raise PushError("body")
    return data


def _from_xml(raw: bytes) -> Any:
    """Read WeChat's flat XML. Without a document type there are no entities that could grow.

    Decoded first: the parser would believe another encoding that the body names, in which the search
    below finds nothing.
    """
    text = raw.decode("utf-8")
    if _DOCTYPE.search(text):
        raise ValueError("document type")
    return _tree(ET.fromstring(text), MAX_DEPTH)  # noqa: S314 - no document type, see above


def _tree(node: ET.Element, depth: int) -> Any:
    if len(node) == 0:
        return node.text or ""
    if depth == 0:
        raise ValueError("too deep")
    found: dict[str, Any] = {}
    for child in node:
        value = _tree(child, depth - 1)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found


def _unseal(keys: PushKeys, sealed: str) -> bytes:
    """Open 安全模式: AES-256-CBC over 16 random bytes, the length, the message and our app's id."""
    try:
        key = base64.b64decode(f"{keys.aes_key}=")
        raw = base64.b64decode(sealed, validate=True)
        opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = opener.update(raw) + opener.finalize()
        padding = plain[-1]
        (length,) = struct.unpack(">I", plain[16:20])
    except (ValueError, IndexError, struct.error) as error:
        raise PushError("sealed") from error
    message, owner = plain[20 : 20 + length], plain[20 + length : len(plain) - padding]
    if not 1 <= padding <= _BLOCK or owner.decode(errors="replace") != keys.app_id:
        raise PushError("app_id")
    return message
