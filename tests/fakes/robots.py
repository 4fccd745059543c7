"""Stand-ins for the chat robots of WeCom and DingTalk on a real socket, with their limits and errors.

Both answer 200 with ``errcode`` whatever happened, check the key or the signature of the address, and
take ``limit`` messages a minute. ``script`` goes first: a dict is answered as JSON, bytes as they
are, an int as that status, ``None`` keeps the caller waiting.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "3f0c9d4e-0000-4000-8000-1234567890ab"
TOKEN = "a1b2c3d4e5f6"
SECRET = "SECfake0123456789"
HOUR_MS = 3_600_000


class FakeRobots(ThreadingHTTPServer):
    """``taken`` are the message bodies that a group would have seen."""

    daemon_threads = True

    def __init__(self, *, port: int = 0, keyword: str = "", limit: int = 20) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.wecom_url = f"{self.origin}/cgi-bin/webhook/send?key={KEY}"
        self.dingtalk_url = f"{self.origin}/robot/send?access_token={TOKEN}"
        self.keyword, self.limit = keyword, limit
        self.script: list[dict[str, Any] | bytes | int | None] = []
        self.taken: list[dict[str, Any]] = []
        self.calls = 0
        self.moments: list[float] = []
        self.release = threading.Event()

    def too_often(self) -> bool:
        """Whether this call is over the limit of the last minute."""
        now = time.monotonic()
        self.moments = [moment for moment in self.moments if now - moment < 60]
        if len(self.moments) >= self.limit:
            return True
        self.moments.append(now)
        return False


class Handler(BaseHTTPRequestHandler):
    """WeCom at ``/cgi-bin/webhook/send``, DingTalk at ``/robot/send``."""

    server: FakeRobots

    def do_POST(self) -> None:
        self.server.calls += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.script:
            self._play(self.server.script.pop(0))
            return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        said = json.loads(body)
        if parts.path == "/cgi-bin/webhook/send":
            self._answer(self._wecom(query, said))
        elif parts.path == "/robot/send":
            self._answer(self._dingtalk(query, said))
        else:
            self._reply(404, b"not found")

    def _wecom(self, query: dict[str, str], said: dict[str, Any]) -> dict[str, Any]:
        if query.get("key") != KEY:
            return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"}
        if self.server.too_often():
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        kind = said.get("msgtype")
        content = said.get(str(kind), {}).get("content", "")
        most = {"text": 2048, "markdown": 4096}.get(str(kind), 0)
        if not content or len(content.encode()) > most:
            return {"errcode": 40058, "errmsg": "invalid message"}
        self.server.taken.append(said)
        return {"errcode": 0, "errmsg": "ok"}

    def _dingtalk(self, query: dict[str, str], said: dict[str, Any]) -> dict[str, Any]:
        if query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        timestamp = query.get("timestamp", "0")
        digest = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256)
        wanted = base64.b64encode(digest.digest()).decode()
        late = abs(time.time() * 1000 - int(timestamp)) > HOUR_MS
        if late or not hmac.compare_digest(wanted, query.get("sign", "")):
            return {"errcode": 310000, "errmsg": "sign not match, more: [...]"}
        if self.server.too_often():
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        if self.server.keyword not in said["markdown"]["text"]:
            return {"errcode": 310000, "errmsg": "keywords not in content, more: [...]"}
        self.server.taken.append(said)
        return {"errcode": 0, "errmsg": "ok"}

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
        """Stay silent."""


@contextmanager
def fake_robots(*, keyword: str = "", limit: int = 20) -> Iterator[FakeRobots]:
    """Run the server in a thread."""
    server = FakeRobots(keyword=keyword, limit=limit)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
