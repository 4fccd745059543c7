"""The line between a phone and the township, to be cut at a chosen byte.

A small proxy: every request of the browser goes through it, those of the service worker too, which
a browser's own interception does not see. Breaking off means closing the socket, as a dead zone does.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
)
_CHUNK = 8192


@dataclass
class Fault:
    """What happens to the next request of ``method`` whose path begins with ``path``.

    ``at``: ``refuse`` before anything is read, ``body`` after half of what is sent, ``hold`` the same
    but waiting until :attr:`go` is set or the phone goes away, ``answer`` when the server has done
    its work and answers, ``reply`` with an answer of our own instead of the server's.
    """

    method: str
    path: str
    at: str
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Passed:
    """A request that the server answered, and its JSON when it had one."""

    method: str
    path: str
    status: int
    sent: Any


class Wire:
    """The proxy as a test holds it."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.down = False
        self.passed: list[Passed] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True

    @property
    def base(self) -> str:
        """Where the browser goes."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def fail(self, method: str, path: str, at: str, **more: Any) -> Fault:
        """Break the next such request."""
        fault = Fault(method, path, at, **more)
        with self.lock:
            self.faults.append(fault)
        return fault

    def reply(self, method: str, path: str, status: int, body: Any, **headers: str) -> Fault:
        """Answer the next such request ourselves."""
        text = body if isinstance(body, str) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.fail(method, path, "reply", status=status, body=text, headers=named)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that is due for a request, once."""
        with self.lock:
            for fault in self.faults:
                if fault.method == method and path.startswith(fault.path):
                    self.faults.remove(fault)
                    return fault
        return None

    def count(self, method: str, path: str) -> int:
        """How many such requests the server answered."""
        return sum(row.method == method and row.path == path for row in self.passed)


@contextmanager
def open_wire(target: int) -> Iterator[Wire]:
    """Serve until the block ends."""
    wire = Wire(target)
    thread = threading.Thread(target=wire.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.server.shutdown()
        wire.server.server_close()


def _handler(wire: Wire) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        line = wire

    return Handler


class _Handler(BaseHTTPRequestHandler):
    line: Wire
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def _pass(self) -> None:
        fault = self.line.take(self.command, self.path)
        if self.line.down or (fault and fault.at == "refuse"):
            self._note(fault)
            self._hang_up()
            return
        body = self._read(fault)
        if body is None:
            self._hang_up()
            return
        if fault and fault.at == "reply":
            self._note(fault)
            self._answer(fault.status, [*fault.headers.items()], fault.body.encode())
            return
        self._forward(body, fault)

    def _read(self, fault: Fault | None) -> bytes | None:
        """Read what is sent; ``None`` when the line broke on the way."""
        length = int(self.headers.get("Content-Length") or 0)
        broken = fault is not None and fault.at in {"body", "hold"}
        wanted = length // 2 if broken else length
        parts = []
        while wanted > 0:
            part = self.rfile.read(min(_CHUNK, wanted))
            if not part:
                return None
            parts.append(part)
            wanted -= len(part)
        if fault is not None and broken:
            self._note(fault)
            if fault.at == "body" or not fault.go.wait(20):
                return None
            parts.append(self.rfile.read(length - length // 2))
        return b"".join(parts)

    def _forward(self, body: bytes, fault: Fault | None) -> None:
        server = http.client.HTTPConnection("127.0.0.1", self.line.target, timeout=30)
        try:
            server.request(self.command, self.path, body or None, dict(self.headers.items()))
            answer = server.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return
        finally:
            server.close()
        self.line.passed.append(
            Passed(self.command, self.path.partition("?")[0], answer.status, self._json(body))
        )
        if fault and fault.at == "answer":
            self._note(fault)
            self._hang_up()
            return
        self._answer(answer.status, answer.getheaders(), text)

    def _json(self, body: bytes) -> Any:
        if "json" not in self.headers.get("Content-Type", ""):
            return None
        with suppress(ValueError):
            return json.loads(body)
        return None

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _note(self, fault: Fault | None) -> None:
        if fault:
            fault.reached.set()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
