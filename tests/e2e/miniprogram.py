"""The township of the mini program's tests: WeChat's servers beside it, the office's hands behind a socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.office import office_does
from tests.e2e.steps import make_photo
from tests.e2e.township import ROOT, Instance
from tests.fakes.wechat import FakeWechat
from xiangcun.lib.message_config import DEFAULT_FIELDS

CLIENT = ROOT / "clients/miniprogram"
TEMPLATES = {key: f"template-{key}" for key in DEFAULT_FIELDS}


def settings_of(wechat: FakeWechat) -> dict[str, str]:
    """Return the environment of a township whose residents come by WeChat, at any hour of the day."""
    return {
        "WECHAT_APPID": "wx1234",
        "WECHAT_SECRET": "secret",
        "WECHAT_API_BASE": wechat.base_url,
        "WECHAT_TEMPLATES": json.dumps(TEMPLATES),
        "RESIDENT_QUIET_HOURS": "off",
    }


def furnish(wechat: FakeWechat) -> None:
    """Tell WeChat of the templates, and of the pages that the client has: it refuses any other."""
    platform = wechat.platform
    platform.templates = {TEMPLATES[key]: list(fields) for key, fields in DEFAULT_FIELDS.items()}
    platform.pages = set(json.loads((CLIENT / "app.json").read_text(encoding="utf-8"))["pages"])


class Office(ThreadingHTTPServer):
    """``POST /office`` takes steps of ``office_does``; ``/platform/…`` looks at WeChat's side."""

    daemon_threads = True

    def __init__(self, instance: Instance, wechat: FakeWechat) -> None:
        super().__init__(("127.0.0.1", 0), _Hand)
        self.instance = instance
        self.platform = wechat.platform
        self.url = f"http://127.0.0.1:{self.server_port}"

    def do(self, path: str, told: Any) -> Any:
        if path == "/office":
            office_does(self.instance, told)
            return {}
        if path == "/platform/consent":
            for template in TEMPLATES.values():
                self.platform.consents[told["openid"], template] += 1
            return {}
        return {"/platform/sent": self.platform.sent}[path]


class _Hand(BaseHTTPRequestHandler):
    server: Office

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            status, answer = 200, json.dumps(self.server.do(self.path, told))
        except AssertionError as fault:  # the office's process failed: its words go to the test
            status, answer = 500, str(fault)
        raw = answer.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


@contextmanager
def office_at_hand(instance: Instance, wechat: FakeWechat) -> Iterator[str]:
    """Serve the office in a thread; yields its address."""
    office = Office(instance, wechat)
    thread = threading.Thread(target=office.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield office.url
    finally:
        office.shutdown()
        office.server_close()
        thread.join()


def draw_album(folder: Path) -> Path:
    """Draw nine different photos."""
    colours = ("brown", "gray", "olive", "teal", "navy", "maroon", "purple", "green", "black")
    for at, colour in enumerate(colours):
        make_photo(folder / f"{at + 1}.jpg", colour)
    return folder
