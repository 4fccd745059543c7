"""What the first visit costs on the line, from the collected files: at most 150 KB gzip a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.reports.h5.collected import collected, referenced
from xiangcun.lib.modules import imported_modules, later_modules

pytestmark = pytest.mark.django_db

LIMIT = 150 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("static")


def line_bytes(folder: Path, name: str) -> int:
    """Bytes on the line: the compressed file where WhiteNoise keeps one."""
    small = folder / f"{name}.gz"
    return (small if small.is_file() else folder / name).stat().st_size


def test_home_and_report_load_at_most_150_kilobytes(client: Client, folder: Path) -> None:
    with collected(folder):
        for page in ("home", "report"):
            answer = client.get(reverse(f"h5:{page}"), headers={"accept-encoding": "gzip"})
            html = client.get(reverse(f"h5:{page}")).content.decode()
            names = referenced(html)
            assert any("/app." in name for name in names), "hashed names"
            total = len(answer.content) + sum(line_bytes(folder, name) for name in names)
            assert total <= LIMIT, (page, total)
            # The map is large and not for the first look.
            assert not any("leaflet" in name for name in names)


def test_a_page_fetches_all_it_imports_at_once(client: Client) -> None:
    html = client.get(reverse("h5:report")).content.decode()
    names = ["h5/core/app.js", "h5/report/page.js"]
    for name in imported_modules(names):
        assert f'<link rel="modulepreload" href="/static/{name}">' in html
    for name in later_modules(names):
        assert f'<link rel="modulepreload" fetchpriority="low" href="/static/{name}">' in html


def test_the_first_touch_waits_for_few_files() -> None:
    """A browser asks for six files at a time: each six more cost a slow line a round trip."""
    assert len(imported_modules(["h5/core/app.js", "h5/pages/home.js"])) <= 8
    assert len(imported_modules(["h5/core/app.js", "h5/report/page.js"])) <= 15
