"""The service worker's script names all that a phone needs without a line, and differs by release."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from reports.h5 import worker
from reports.h5.pages import PAGES
from reports.h5.worker import static_names, worker_facts
from xiangcun.lib.modules import imported_modules

SCRIPTS = re.compile(r"{% modules (?P<names>[^%]*)%}")


def test_it_is_a_script_for_the_phone_pages_alone(client: Client) -> None:
    answer = client.get("/h5/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/h5/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    text = answer.content.decode()
    start = re.fullmatch(
        r'import \{ startWorker \} from "([^"]+)";\n\nstartWorker\((.*)\);\n', text
    )
    assert start
    assert start[1].startswith(settings.STATIC_URL)
    assert json.loads(start[2]) == worker_facts()


@pytest.mark.django_db
def test_every_shell_it_keeps_is_there_and_is_nobodys(client: Client) -> None:
    facts = worker_facts()
    assert {facts["case"], facts["offline"], facts["home"]} <= set(facts["shells"])
    assert len(facts["shells"]) == len(PAGES) - len(worker._NOT_KEPT)
    for address in facts["shells"]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not answer.cookies


def test_it_keeps_every_script_that_a_page_imports() -> None:
    kept = set(static_names())
    for template in Path(settings.BASE_DIR, "templates", "h5").glob("*.html"):
        for match in SCRIPTS.finditer(template.read_text(encoding="utf-8")):
            names = re.findall(r'"([^"]+)"', match["names"])
            assert set(imported_modules(names)) <= kept, template.name
    assert set(imported_modules([worker.MODULE])) <= kept


def test_every_file_it_names_exists() -> None:
    missing = [name for name in [*static_names(), *worker._LATER] if not finders.find(name)]
    assert missing == []


def test_a_changed_file_is_another_release(monkeypatch: Any, tmp_path: Path) -> None:
    before = worker_facts()["version"]
    assert worker_facts()["version"] == before
    changed = tmp_path / "changed.js"
    changed.write_text("1;")
    own = worker._own_files()

    class Changed:
        def open(self, _name: str) -> Any:
            return changed.open("rb")

    monkeypatch.setattr(worker, "_own_files", lambda: [(own[0][0], Changed()), *own[1:]])
    assert worker_facts()["version"] != before


def test_a_changed_setting_of_the_pages_is_another_release(monkeypatch: Any) -> None:
    before = worker_facts()["version"]
    monkeypatch.setattr(worker, "page_config", lambda name: {"page": name, "tiles": ["others"]})
    assert worker_facts()["version"] != before
