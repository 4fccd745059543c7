"""Calls as WeChat's push makes them: signed, and sealed where a key is given."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def signed(*parts: str) -> str:
    text = "".join(sorted(parts)).encode()
    return hashlib.sha1(text).hexdigest()  # noqa: S324 - as WeChat signs


def query_of(token: str, *, at: float | None = None, nonce: str = "") -> dict[str, str]:
    """Return the parameters of a call."""
    stamp = str(int(time.time() if at is None else at))
    nonce = nonce or os.urandom(5).hex()
    return {"timestamp": stamp, "nonce": nonce, "signature": signed(token, stamp, nonce)}


def seal(message: str, *, key: str = AES_KEY, app_id: str = "wx1234") -> str:
    """Seal a message as 安全模式 does."""
    raw_key = base64.b64decode(f"{key}=")
    text = message.encode()
    plain = os.urandom(16) + struct.pack(">I", len(text)) + text + app_id.encode()
    padding = 32 - len(plain) % 32
    plain += bytes([padding]) * padding
    sealer = Cipher(algorithms.AES(raw_key), modes.CBC(raw_key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain) + sealer.finalize()).decode()


def sealed_call(
    token: str, message: str, *, key: str = AES_KEY, app_id: str = "wx1234", at: float | None = None
) -> tuple[dict[str, str], str]:
    """Return the parameters and the body of a sealed call."""
    query = query_of(token, at=at)
    text = seal(message, key=key, app_id=app_id)
    proof = signed(token, query["timestamp"], query["nonce"], text)
    query |= {"encrypt_type": "aes", "msg_signature": proof}
    return query, json.dumps({"ToUserName": "gh_9df7d78a1234", "Encrypt": text})


def popup(openid: str, template_id: str, status: str = "accept", *, at: float | None = None) -> str:
    """Return the push that follows a choice in the subscription sheet."""
    row = {"PopupScene": "0", "SubscribeStatusString": status, "TemplateId": template_id}
    return json.dumps(
        {
            "ToUserName": "gh_9df7d78a1234",
            "FromUserName": openid,
            "CreateTime": str(int(time.time() if at is None else at)),
            "MsgType": "event",
            "Event": "subscribe_msg_popup_event",
            "List": [row],
        }
    )


def in_xml(openid: str, event: str, inner: str = "", *, at: float | None = None) -> str:
    """Return a push in the other format."""
    stamp = int(time.time() if at is None else at)
    return (
        f"<xml><ToUserName><![CDATA[gh_9df7d78a1234]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{stamp}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{inner}</xml>"
    )
