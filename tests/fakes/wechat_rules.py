"""What WeChat's platform does with a call, as its documentation tells: the rules behind the fake server."""

from __future__ import annotations

import io
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import segno

Answer = dict[str, Any] | bytes
TWO_HOURS, FIVE_MINUTES = 7200, 300
SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
FIELD_RULES = {
    "thing": r"(?s).{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "name": r"[^\n]{1,10}|[A-Za-z .]{1,20}",
    "character_string": r"[!-~ ]{1,32}",
    "number": r"[0-9.]{1,32}",
    "phone_number": r"[0-9+()#*, -]{1,17}",
    "time": r"(\d{4}年\d{1,2}月\d{1,2}日)?( ?\d{2}:\d{2})?",
    "date": r"\d{4}年\d{1,2}月\d{1,2}日( \d{2}:\d{2})?",
}


def failed(code: int, words: str = "error") -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{words} rid: 6a2b3c4d-1234"}


@dataclass
class TokenDesk:
    """Hands out access tokens as ``stable_token`` does."""

    clock: Callable[[], float] = time.time
    tokens: dict[str, float] = field(default_factory=dict)
    current: str = ""
    fetched: int = 0
    forced: list[float] = field(default_factory=list)

    def give(self, *, force: bool) -> dict[str, Any]:
        now = self.clock()
        self.fetched += 1
        if force:
            if self.forced and now - self.forced[-1] < 30:
                return failed(45009, "force refresh too often")
            if len([at for at in self.forced if now - at < 86_400]) >= 20:
                return failed(45009, "reach max api daily quota limit")
            self.forced.append(now)
            self.tokens.pop(self.current, None)
        elif self.current in self.tokens and self.tokens[self.current] - now > FIVE_MINUTES:
            return self._told(now)
        self.current = uuid.uuid4().hex * 4
        self.tokens[self.current] = now + TWO_HOURS
        return self._told(now)

    def refusal(self, token: str) -> dict[str, Any] | None:
        if not token:
            return failed(41001, "access_token missing")
        ends = self.tokens.get(token)
        if ends is None:
            return failed(40001, "invalid credential, access_token is invalid or not latest")
        return failed(42001, "access_token expired") if ends <= self.clock() else None

    def revoke(self) -> None:
        """Make the token that everybody has worthless, as another system's forced refresh does."""
        self.tokens.pop(self.current, None)
        self.current = ""

    def _told(self, now: float) -> dict[str, Any]:
        left = int(self.tokens[self.current] - now)
        return {"access_token": self.current, "expires_in": left}


@dataclass
class Platform:
    """The state of one mini program and one official account."""

    clock: Callable[[], float] = time.time
    desk: TokenDesk = field(default_factory=TokenDesk)
    used: set[str] = field(default_factory=set)
    unionids: dict[str, str] = field(default_factory=dict)
    """openid → unionid, for a township that has bound its apps to one open platform."""
    visits: dict[str, float] = field(default_factory=dict)
    """openid → when last in the mini program."""
    templates: dict[str, list[str]] = field(default_factory=dict)
    """template id → names of its fields."""
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=lambda: {"pages/report/index"})
    sent: list[dict[str, Any]] = field(default_factory=list)
    risky_words: set[str] = field(default_factory=lambda: {"赌博"})
    doubtful_words: set[str] = field(default_factory=lambda: {"贷款"})
    pictures: dict[str, str] = field(default_factory=dict)
    """trace id → address of a picture handed in."""

    def log_in(self, code: str) -> Answer:
        if refusal := self._use(code, 41008):
            return refusal
        # A code is good once; "wang~1" and "wang~2" are codes of one person.
        openid = f"openid-{code.partition('~')[0]}"
        self.visits[openid] = self.clock()
        found = {"openid": openid, "session_key": "a2V5"}
        return {**found, **self._unionid(openid)}

    def web_log_in(self, code: str) -> Answer:
        if refusal := self._use(code, 41008):
            return refusal
        openid = f"web-{code}"
        found: dict[str, Any] = {"access_token": "w", "expires_in": 7200, "openid": openid}
        if code.startswith("snapshot"):
            found["is_snapshotuser"] = 1
        return {**found, "scope": "snsapi_base", **self._unionid(openid)}

    def phone(self, body: dict[str, Any]) -> Answer:
        code = str(body.get("code", ""))
        if not code.startswith("phone-"):
            return failed(40029, "invalid code")
        if refusal := self._use(code, 40029):
            return refusal
        digits = code.removeprefix("phone-")
        return {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": digits,
                "purePhoneNumber": digits,
                "countryCode": 86,
                "watermark": {"timestamp": int(self.clock()), "appid": "wx1234"},
            },
        }

    def subscribe(self, body: dict[str, Any]) -> Answer:
        openid, template = str(body.get("touser", "")), str(body.get("template_id", ""))
        if openid not in self.visits:
            return failed(40003, "invalid openid")
        if template not in self.templates:
            return failed(40037, "invalid template_id")
        if body.get("page") and str(body["page"]).partition("?")[0] not in self.pages:
            return failed(41030, "invalid page")
        if wrong := self._wrong_field(template, body.get("data") or {}):
            return failed(47003, f"argument invalid! data.{wrong}.value invalid")
        if not self.consents[openid, template]:
            return failed(43101, "user refuse to accept the msg")
        self.consents[openid, template] -= 1
        self.sent.append(body)
        return {"errcode": 0, "errmsg": "ok", "msgid": 1000 + len(self.sent)}

    def check_words(self, body: dict[str, Any]) -> Answer:
        content = str(body.get("content", ""))
        if len(content) > 2500:
            return failed(45002, "content size out of limit")
        if refusal := self._away(str(body.get("openid", ""))):
            return refusal
        return {
            "errcode": 0,
            "errmsg": "ok",
            "result": self._judged(content),
            "detail": [],
            "trace_id": uuid.uuid4().hex,
        }

    def check_picture(self, body: dict[str, Any]) -> Answer:
        if refusal := self._away(str(body.get("openid", ""))):
            return refusal
        trace_id = uuid.uuid4().hex
        self.pictures[trace_id] = str(body.get("media_url", ""))
        return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}

    def code(self, body: dict[str, Any]) -> Answer:
        scene, page = str(body.get("scene", "")), str(body.get("page", ""))
        if not SCENE.fullmatch(scene):
            return failed(40129, "invalid scene")
        if page.startswith("/") or (body.get("check_path", True) and page not in self.pages):
            return failed(41030, "invalid page")
        picture = io.BytesIO()
        segno.make(scene, micro=False).save(picture, kind="png", scale=8)
        return picture.getvalue()

    def picture_verdict(self, trace_id: str, suggest: str = "pass", label: int = 100) -> str:
        """Return the push that follows a picture handed in."""
        return json.dumps(
            {
                "ToUserName": "gh_9df7d78a1234",
                "FromUserName": "o4_t144jTUSEoxydysUA2E234_tc",
                "CreateTime": int(self.clock()),
                "MsgType": "event",
                "Event": "wxa_media_check",
                "appid": "wx1234",
                "trace_id": trace_id,
                "version": 2,
                "detail": [{"strategy": "content_model", "errcode": 0, "suggest": suggest}],
                "errcode": 0,
                "errmsg": "ok",
                "result": {"suggest": suggest, "label": label},
            }
        )

    def _use(self, code: str, missing: int) -> dict[str, Any] | None:
        if not code:
            return failed(missing, "missing code")
        if code in self.used:
            return failed(40163, "code been used")
        self.used.add(code)
        return None

    def _unionid(self, openid: str) -> dict[str, str]:
        unionid = self.unionids.get(openid)
        return {"unionid": unionid} if unionid else {}

    def _away(self, openid: str) -> dict[str, Any] | None:
        if openid not in self.visits:
            return failed(40003, "invalid openid")
        if self.clock() - self.visits[openid] > TWO_HOURS:
            return failed(61010, "code is expired")
        return None

    def _judged(self, content: str) -> dict[str, Any]:
        if any(word in content for word in self.risky_words):
            return {"suggest": "risky", "label": 20006}
        if any(word in content for word in self.doubtful_words):
            return {"suggest": "review", "label": 21000}
        return {"suggest": "pass", "label": 100}

    def _wrong_field(self, template: str, data: dict[str, Any]) -> str:
        for name in self.templates[template]:
            rule = FIELD_RULES.get(name.rstrip("0123456789"), ".+")
            value = str((data.get(name) or {}).get("value", ""))
            if not value or not re.fullmatch(rule, value):
                return name
        return ""
