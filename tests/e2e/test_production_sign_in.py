"""A production start, and a lead who gets in with a new password and a telephone and not without."""

from __future__ import annotations

import base64
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django_otp.oath import totp

from tests.e2e.township import BASE_NAME, ROOT, START_SECONDS, Instance, free_port

pytestmark = pytest.mark.e2e
HOST = "town.example"
KEY = "".join(chr(48 + index) for index in range(60))
NEW = "Quiet-river-stone-8"


class Visitor:
    """A browser without a screen: cookies, the form's token, and a proxy that ended TLS."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies, self.set_lines = port, dict[str, str](), list[str]()

    def ask(self, path: str, body: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, where to, and the page."""
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/admin/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        data = {**body, "csrfmiddlewaretoken": self.cookies["csrftoken"]} if body else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(
            "POST" if data else "GET", path, urlencode(data) if data else None, headers
        )
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.set_lines.append(line)
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        page = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Location", ""), unescape(page)


@pytest.fixture(scope="module")
def production(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, instance: Instance
) -> Iterator[tuple[int, str]]:
    folder = tmp_path_factory.mktemp("production")
    shutil.copy(empty, folder / BASE_NAME)
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"], "DEBUG": "0", "SECRET_KEY": KEY, "LEDGER_KEY": KEY[::-1],
        "ALLOWED_HOSTS": HOST, "WECHAT_APPID": "wx1", "WECHAT_SECRET": "x", "TRUST_PROXY": "1",
        "XIANGCUN_ALLOW_SQLITE": "1", "XIANGCUN_DATA": str(folder), "PYTHONUTF8": "1",
        "STATIC_ROOT": str(instance.data_dir / "static"),
    }  # fmt: skip
    for words in (
        ["migrate", "-v0"],
        ["seed_township", "--demo", "-v0"],
    ):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    command = [
        "granian",
        "--interface",
        "wsgi",
        "--http",
        "1",
        "--port",
        str(port),
        "--blocking-threads",
        "4",
    ]
    log = (folder / "web.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "xiangcun.wsgi:application"],
        cwd=ROOT, env=environment, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        wait_until_up(port, folder / "web.log")
        text = (folder / "demo_accounts.txt").read_text(encoding="utf-8")
        yield port, text.split("口令：")[1].split()[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        log.close()


def wait_until_up(port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            if Visitor(port).ask("/healthz")[0] == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        assert time.monotonic() < until, log.read_text(errors="replace")[-2000:]
        time.sleep(0.3)


def test_a_lead_gets_in_with_both_and_not_with_one(production: tuple[int, str]) -> None:
    port, password = production
    visitor = Visitor(port)
    assert visitor.ask("/admin/login/")[0] == 200
    sent = visitor.ask("/admin/login/", {"username": "lead", "password": password})
    assert sent[:2] == (302, "/admin/")
    assert visitor.ask("/admin/")[1] == "/admin/password_change/"  # the demonstration's password
    body = {"old_password": password, "new_password1": NEW, "new_password2": NEW}
    assert visitor.ask("/admin/password_change/", body)[:2] == (302, "/admin/")
    assert visitor.ask("/admin/")[1] == "/admin/second-factor/bind/"
    page = visitor.ask("/admin/second-factor/bind/")[2]
    found = re.search(r'id="xc-key">([A-Z2-7 ]+)<', page)
    assert found, page[-2000:]
    secret = base64.b32decode(found[1].replace(" ", ""))
    page = visitor.ask("/admin/second-factor/bind/", {"code": f"{totp(secret):06d}"})[2]
    recovery = re.findall(r"<code>([a-z0-9-]{14})</code>", page)
    assert len(recovery) == 10
    assert visitor.ask("/admin/")[0] == 200

    again = Visitor(port)
    again.ask("/admin/login/")
    sent = again.ask("/admin/login/", {"username": "lead", "password": NEW})
    assert sent[:2] == (302, "/admin/login/code/")
    assert again.ask("/admin/")[1].startswith("/admin/login/")
    again.ask("/admin/login/code/")
    time.sleep(30 - time.time() % 30 + 0.5)  # the code that bound the telephone is spent
    sent = again.ask("/admin/login/code/", {"code": f"{totp(secret):06d}"})
    assert sent[:2] == (302, "/admin/")
    assert again.ask("/admin/")[0] == 200
    for line in (line for line in again.set_lines if line.startswith("sessionid")):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}
