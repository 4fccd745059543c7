"""The phone pages' static files as a release collects them: hashed, imports rewritten, compressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import Storage

from xiangcun.lib.modules import ModuleStorage

WANTED = ("h5/", "dispatch/cockpit/", "vendor/idb/", "vendor/leaflet/", "vendor/viewerjs/")


@contextmanager
def collected(folder: Path) -> Iterator[ModuleStorage]:
    """Collect into the folder and let ``{% static %}`` name what is there."""
    storage = ModuleStorage(location=str(folder), base_url="/static/")
    found: dict[str, tuple[Storage, str]] = {}
    for finder in get_finders():
        for name, source in finder.list(None):
            if name.startswith(WANTED):
                with source.open(name) as content:
                    storage.save(name, content)
                found[name] = (storage, name)
    for name, _hashed, processed in storage.post_process(found):
        assert not isinstance(processed, Exception), (name, processed)
    storage.save_manifest()
    with mock.patch.object(staticfiles_storage, "_wrapped", storage):
        yield storage


def referenced(html: str) -> list[str]:
    """Return the static names that a page loads at once: styles, scripts, preloads, icons of the tab left out."""
    found = re.findall(r'<(?:script|link)[^>]*(?:src|href)="/static/([^"]+)"', html)
    return sorted({name for name in found if name.endswith((".js", ".css"))})


def source_of(name: str) -> Path:
    """Return the file behind a static name."""
    path = finders.find(name)
    assert path, name
    return Path(str(path))
