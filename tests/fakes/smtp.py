"""A stand-in for a mail server on a real socket: enough SMTP to deliver, refuse, stall or hang up."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REFUSED_AT = frozenset({"login", "mail", "rcpt", "data"})


class FakeSmtp(socketserver.ThreadingTCPServer):
    """``mails`` are the messages taken; ``refuse`` maps a step to the answer that it gets."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.port: int = self.server_address[1]
        self.mails: list[str] = []
        self.refuse: dict[str, str] = {}
        self.stall = False
        self.release = threading.Event()


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: FakeSmtp

    def handle(self) -> None:
        if self.server.stall:
            self.server.release.wait(15)
            return
        self._say("220 fake ESMTP")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            word = line.split()[0].upper()
            if word == "QUIT":
                self._say("221 bye")
                return
            self._step(word)

    def _step(self, word: str) -> None:
        step = {"AUTH": "login", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data"}.get(word, "")
        refusal = self.server.refuse.get(step)
        if refusal == "hang up":
            self.connection.close()
        elif refusal:
            self._say(refusal)
        elif word == "EHLO":
            self._say("250-fake\r\n250 AUTH PLAIN LOGIN")
        elif word == "AUTH":
            self._say("235 ok")
        elif word == "DATA":
            self._say("354 go ahead")
            lines = []
            while (line := self.rfile.readline().decode("utf-8", "replace")) not in {".\r\n", ""}:
                lines.append(line)
            self.server.mails.append("".join(lines))
            self._say("250 taken")
        else:
            self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def fake_smtp() -> Iterator[FakeSmtp]:
    """Run the server in a thread."""
    server = FakeSmtp()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
