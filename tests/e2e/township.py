"""A township on the embedded default and a Chromium, for the browser tests and the screenshots."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench._client import ApiClient

ROOT = Path(__file__).resolve().parents[2]
# No test of speed: two townships at once on two slow processors take their time.
START_SECONDS = 180
BASE_NAME = "xiangcun.sqlite3"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OFFICE_SCREEN = {"width": 1366, "height": 768}
# Native date and file fields speak the language of the process, not of the page (chromium-l10n).
CHROMIUM_LANGUAGE = {"LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"}
PHONE_SCREEN = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Instance:
    """A running township."""

    port: int
    data_dir: Path
    clients: list[ApiClient] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        text = (self.data_dir / "demo_accounts.txt").read_text(encoding="utf-8")
        return text.split("口令：")[1].split()[0]

    def resident(self, name: str) -> ApiClient:
        client = ApiClient(self.port)
        self.clients.append(client)
        client.log_in(name)
        return client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK and json.loads(answer.read())["status"] == "ok"
    except OSError:
        return False
    finally:
        connection.close()


def environment_of(data_dir: Path, **more: str) -> dict[str, str]:
    """Return the environment of the embedded default in a folder of its own."""
    dropped = ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "LEDGER_KEY", "WECHAT_APPID")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    own = {"XIANGCUN_DATA": str(data_dir), "STATIC_ROOT": str(data_dir / "static")}
    own["XIANGCUN_DEMO_HISTORY"] = "0"
    return environment | own | {"DJANGO_SETTINGS_MODULE": "xiangcun.settings"} | more


def empty_base(data_dir: Path) -> Path:
    """Make a database with all tables and no township; a copy of it saves a start its migrations."""
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment_of(data_dir), check=True)
    return data_dir / BASE_NAME


@contextmanager
def running_township(data_dir: Path, base: Path | None = None, **more: str) -> Iterator[Instance]:
    """Start web, workers and beat on the embedded default, as ``make run`` does, and stop them.

    ``base`` is a database to begin with (:func:`empty_base`); ``more`` are further settings.
    """
    if base is not None:
        shutil.copy(base, data_dir / BASE_NAME)
    port = free_port()
    environment = environment_of(data_dir, PORT=str(port), **more)
    subprocess.run(
        [sys.executable, "-m", "xiangcun.prepare"], cwd=ROOT, env=environment, check=True
    )
    log = (data_dir / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "xiangcun.serve"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        until = time.monotonic() + START_SECONDS
        while not ready(port):
            assert time.monotonic() < until, (data_dir / "serve.log").read_text(errors="replace")[
                -3000:
            ]
            assert process.poll() is None
            time.sleep(1)  # each look costs the processor what the start needs
        running = Instance(port, data_dir)
        yield running
        for client in running.clients:
            client.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        log.close()


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    assert found, "scripts/ensure-browser installs Chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=CHROMIUM_FLAGS,
            env={**os.environ, **CHROMIUM_LANGUAGE},
        )
        yield chromium
        chromium.close()
