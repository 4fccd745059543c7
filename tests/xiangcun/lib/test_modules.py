"""Modules: everything imported is found, and a release names the hashed files in the imports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from tests.reports.h5.collected import collected, source_of
from xiangcun.lib.modules import ModuleStorage, imported_modules, later_modules

IMPORTS = re.compile(r"""(?:from\s*|^import\s*|\bimport\()["'](\.[^"']+)["']""", re.MULTILINE)

PAGES = ("h5/core/app.js", "dispatch/cockpit/wall.js", "dispatch/cockpit/desk.js")


def test_imports_are_followed_to_the_end() -> None:
    found = imported_modules(["h5/core/api.js"])
    assert found[0] == "h5/core/api.js"
    assert {"h5/core/http.js", "h5/core/session.js", "h5/core/kv.js"} <= set(found)
    assert len(found) == len(set(found))
    for name in found:
        assert source_of(name).is_file()


def test_what_is_imported_late_is_told_apart_with_all_it_needs() -> None:
    page = ["h5/core/app.js", "h5/report/page.js"]
    at_once, late = set(imported_modules(page)), set(later_modules(page))
    assert not at_once & late
    assert {"h5/report/sending.js", "h5/report/compress.js", "h5/report/exif.js"} <= late
    assert "h5/core/upload.js" in late, "what a late script imports at once"
    assert later_modules(["h5/core/kv.js"]) == ()


def test_a_collected_module_imports_files_that_are_there(tmp_path: Path) -> None:
    with collected(tmp_path) as storage:
        waiting = [tmp_path / storage.stored_name(name) for name in PAGES]
        seen = set()
        while waiting:
            path = waiting.pop()
            seen.add(path)
            for name in IMPORTS.findall(path.read_text(encoding="utf-8")):
                target = (path.parent / name).resolve()
                assert re.search(r"\.[0-9a-f]{12}\.js$", name), (path, name)
                assert target.is_file(), (path, name)
                if target not in seen:
                    waiting.append(target)
        assert len(seen) > 8


@pytest.mark.parametrize("name", ["unfold/other.js", "vendor/echarts/echarts.min.js"])
def test_scripts_of_others_are_left_as_they_are(tmp_path: Path, name: str) -> None:
    storage = ModuleStorage(location=str(tmp_path), base_url="/static/")
    text = 'import { a } from "./missing.js";\n'
    storage.save(name, ContentFile(text.encode()))
    done = list(storage.post_process({name: (storage, name)}))
    assert not [error for _name, _hashed, error in done if isinstance(error, Exception)]
    assert (tmp_path / storage.stored_name(name)).read_text(encoding="utf-8") == text


def test_a_missing_module_stops_the_release(tmp_path: Path) -> None:
    storage = ModuleStorage(location=str(tmp_path), base_url="/static/")
    storage.save("h5/a.js", ContentFile(b'import { a } from "./missing.js";\n'))
    done = list(storage.post_process({"h5/a.js": (storage, "h5/a.js")}))
    assert any(isinstance(error, Exception) for _name, _hashed, error in done)
