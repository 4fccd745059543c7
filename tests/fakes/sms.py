"""A stand-in for a text message service on a real socket; by hand: ``python -m tests.fakes.sms``.

Takes JSON and forms, wants the key in a header and, with a ``secret``, a signature over the body.
``script`` goes first: a dict is answered as JSON, bytes as they are, an int as that status, ``None``
keeps the caller waiting. Numbers that end in 0000 are refused as a real service refuses a blank one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

KEY = "fake-sms-key"
SECRET = "fake-sms-secret"


class FakeSms(ThreadingHTTPServer):
    """``taken`` are the messages that telephones would have received."""

    daemon_threads = True

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/send"
        self.script: list[dict[str, Any] | bytes | int | None] = []
        self.taken: list[dict[str, Any]] = []
        self.calls = 0
        self.release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """``POST /send`` with ``phone`` and ``text`` or ``template`` and ``params``."""

    server: FakeSms

    def do_POST(self) -> None:
        self.server.calls += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.script:
            self._play(self.server.script.pop(0))
            return
        self._answer(self._judge(body))

    def _judge(self, body: bytes) -> dict[str, Any]:
        if self.headers.get("X-Api-Key") != KEY:
            return {"code": "FORBIDDEN", "message": "unknown key"}
        stamp, nonce = self.headers.get("X-Timestamp", ""), self.headers.get("X-Nonce", "")
        signed = f"{stamp}{nonce}".encode() + body
        wanted = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, self.headers.get("X-Signature", "")):
            return {"code": "BAD_SIGNATURE", "message": "signature does not match"}
        kind = self.headers.get("Content-Type", "")
        said = json.loads(body) if "json" in kind else dict(parse_qsl(body.decode()))
        if str(said.get("phone", "")).endswith("0000"):
            return {"code": "BLACKLISTED", "message": "number takes no messages"}
        self.server.taken.append(said)
        return {"code": "OK", "data": [{"id": f"msg-{len(self.server.taken)}"}]}

    def _play(self, answer: dict[str, Any] | bytes | int | None) -> None:
        if answer is None:
            self.server.release.wait(15)
        elif isinstance(answer, int):
            self._reply(answer, b"error")
        elif isinstance(answer, bytes):
            self._reply(200, answer)
        else:
            self._answer(answer)

    def _answer(self, body: dict[str, Any]) -> None:
        self._reply(200, json.dumps(body).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Stay silent: the log of a test is no place for numbers either."""


def use_sms(settings: Any, server: FakeSms, **changes: Any) -> None:
    """Point the settings of one test at the fake."""
    values = {
        "SMS_URL": server.url,
        "SMS_METHOD": "POST",
        "SMS_ENCODING": "json",
        "SMS_HEADERS": {
            "X-Api-Key": KEY,
            "X-Timestamp": "{timestamp}",
            "X-Nonce": "{nonce}",
            "X-Signature": "{signature}",
        },
        "SMS_BODY": {
            "phone": "{phone}",
            "text": "{text}",
            "template": "{template}",
            "params": "{params}",
            "sign": "{sign_name}",
        },
        "SMS_TEMPLATES": {"code": "T-CODE", "notice": "T-NOTICE"},
        "SMS_SIGN_NAME": "前进街道",
        "SMS_SIGN_SECRET": SECRET,
        "SMS_SIGN_OVER": "{timestamp}{nonce}{body}",
        "SMS_SIGN_HASH": "sha256",
        "SMS_SIGN_FORM": "hex",
        "SMS_SUCCESS": "code=OK",
        "SMS_REFERENCE": "data.0.id",
        "SMS_BUSY": ["LIMITED"],
        "SMS_UNWANTED": ["BLACKLISTED"],
        **changes,
    }
    for name, value in values.items():
        setattr(settings, name, value)


@contextmanager
def fake_sms() -> Iterator[FakeSms]:
    """Run the server in a thread."""
    server = FakeSms()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Run the fake on port 8399 and print what it takes."""
    server = FakeSms(port=8399)
    headers = {
        "X-Api-Key": KEY,
        "X-Timestamp": "{timestamp}",
        "X-Nonce": "{nonce}",
        "X-Signature": "{signature}",
    }
    print(f"SMS_URL={server.url} SMS_SUCCESS=code=OK SMS_SIGN_SECRET={SECRET}")  # noqa: T201 - a tool by hand
    print(f"SMS_HEADERS='{json.dumps(headers)}'")  # noqa: T201 - see above
    seen = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while not server.release.wait(0.5):
        for message in server.taken[seen:]:
            print(json.dumps(message, ensure_ascii=False))  # noqa: T201 - see above
            seen += 1


if __name__ == "__main__":
    main()
