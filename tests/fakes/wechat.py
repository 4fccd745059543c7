"""A stand-in for WeChat's servers on a real socket, with switchable failures.

By hand: ``python -m tests.fakes.wechat --port 9100`` and start the system with
``WECHAT_APPID=wx1234 WECHAT_SECRET=s WECHAT_API_BASE=http://127.0.0.1:9100``. Its rules are in
``tests.fakes.wechat_rules``.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.wechat_rules import Answer, Platform, failed


class FakeWechat(ThreadingHTTPServer):
    """``script`` goes first: a dict as JSON, bytes as they are, an int as that status, ``None`` waits."""

    daemon_threads = True

    def __init__(self, *, port: int = 0, secret: str = "") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.base_url = f"http://127.0.0.1:{self.server_port}"
        self.platform = Platform()
        self.platform.desk.clock = lambda: self.platform.clock()  # noqa: PLW0108 - tests change it
        self.secret = secret
        self.script: list[dict[str, Any] | bytes | int | None] = []
        self.seen: list[tuple[str, Any]] = []
        self.lock = threading.Lock()
        self.release = threading.Event()

    @property
    def calls(self) -> int:
        return len(self.seen)


class Handler(BaseHTTPRequestHandler):
    server: FakeWechat

    def do_GET(self) -> None:
        parts, query = self._parts()
        platform = self.server.platform
        doors: dict[str, Callable[[], Answer]] = {
            "/sns/jscode2session": lambda: platform.log_in(query.get("js_code", "")),
            "/sns/oauth2/access_token": lambda: platform.web_log_in(query.get("code", "")),
        }
        door = doors.get(parts.path, lambda: failed(404))
        self._reply(parts.path, query, self._secret_refusal(query) or door)

    def do_POST(self) -> None:
        parts, query = self._parts()
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        self._reply(parts.path, body, lambda: self._post(parts.path, query, body))

    def _post(self, path: str, query: dict[str, str], body: Any) -> Answer:
        platform = self.server.platform
        if not isinstance(body, dict):
            return failed(47001, "data format error")
        if path == "/cgi-bin/stable_token":
            if refusal := self._secret_refusal(body):
                return refusal()
            return platform.desk.give(force=bool(body.get("force_refresh")))
        services: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/wxa/business/getuserphonenumber": platform.phone,
            "/cgi-bin/message/subscribe/send": platform.subscribe,
            "/wxa/msg_sec_check": platform.check_words,
            "/wxa/media_check_async": platform.check_picture,
            "/wxa/getwxacodeunlimit": platform.code,
        }
        if refused := platform.desk.refusal(query.get("access_token", "")):
            return refused
        service = services.get(path)
        return service(body) if service else failed(404)

    def _parts(self) -> tuple[Any, dict[str, str]]:
        parts = urlsplit(self.path)
        return parts, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _secret_refusal(self, told: dict[str, Any]) -> Callable[[], Answer] | None:
        wrong = self.server.secret and told.get("secret") != self.server.secret
        return (lambda: failed(40125, "invalid appsecret")) if wrong else None

    def _reply(self, path: str, told: Any, make: Callable[[], Any]) -> None:
        server = self.server
        with server.lock:
            server.seen.append((path, told))
            answer = server.script.pop(0) if server.script else make()
        if answer is None:
            self.server.release.wait(10)
            return
        status = answer if isinstance(answer, int) else 200
        raw = b"" if isinstance(answer, int) else answer
        body = raw if isinstance(raw, bytes) else json.dumps(raw, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@contextmanager
def fake_wechat(*, secret: str = "") -> Iterator[FakeWechat]:
    """Run the server in a thread."""
    server = FakeWechat(secret=secret)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main(arguments: list[str]) -> None:
    """Serve until interrupted; every code logs somebody in, every template takes three messages."""
    parser = argparse.ArgumentParser(description="A stand-in for WeChat's servers.")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--template", action="append", default=[], help="id=thing1,time2")
    parser.add_argument("--openid", action="append", default=[])
    options = parser.parse_args(arguments)
    server = FakeWechat(port=options.port)
    for text in options.template:
        name, _, fields = text.partition("=")
        server.platform.templates[name] = [part for part in fields.split(",") if part]
    for openid in options.openid:
        server.platform.visits[openid] = server.platform.clock()
        for name in server.platform.templates:
            server.platform.consents[openid, name] = 3
    sys.stdout.write(f"WECHAT_API_BASE={server.base_url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main(sys.argv[1:])
