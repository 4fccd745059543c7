"""A stand-in for WeChat's login server on a real socket, with switchable failures."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class FakeWechat(ThreadingHTTPServer):
    """Answers code ``c`` with openid ``openid-c``, each code once; ``script`` goes first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server_port}"
        self.script: list[dict[str, object] | bytes | None] = []
        self.used: set[str] = set()
        self.calls = 0
        self.release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    """``None`` in the script keeps the caller waiting until the server is released."""

    server: FakeWechat

    def do_GET(self) -> None:
        self.server.calls += 1
        code = parse_qs(urlsplit(self.path).query).get("js_code", [""])[0]
        answer: dict[str, object] | bytes | None
        if self.server.script:
            answer = self.server.script.pop(0)
        elif not code:
            answer = {"errcode": 41008, "errmsg": "missing code"}
        elif code in self.server.used:
            answer = {"errcode": 40163, "errmsg": "code been used"}
        else:
            self.server.used.add(code)
            answer = {"openid": f"openid-{code}", "session_key": "a2V5"}
        if answer is None:
            self.server.release.wait(10)
            return
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@contextmanager
def fake_wechat() -> Iterator[FakeWechat]:
    """Run the server in a thread."""
    server = FakeWechat()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
