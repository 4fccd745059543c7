"""The service worker's script: three lines that name the files of this release, made by the server.

A browser installs a worker anew when a byte of its script differs. The script therefore names every
file by its hashed address and carries a mark of the shells' templates: a release is one worker.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from reports.h5.pages import PAGES
from reports.h5.views import page_config

MODULE = "h5/sw/worker.js"
_KINDS = (".js", ".css")
# Needed for the map only, and the larger half of everything: fetched after the worker is installed.
_LATER = (
    "vendor/leaflet/leaflet.js",
    "vendor/leaflet/leaflet.css",
)
_VENDOR = ("vendor/idb/idb.js",)
_ICONS = ("h5/icons/icon-192.png",)
# The guardian comes once, by a link, with a line; the public page is for screens outside of the app.
_NOT_KEPT = frozenset({"guardian", "public"})
# The own address of a case, a guide, a bulletin differs, its shell does not.
_NAMED = {"case": "case-shell", "guide": "guide-shell", "bulletin": "bulletin-shell"}
# Where such addresses begin: page of the list → page of one.
_FOLDERS = {"guides": "guide", "bulletins": "bulletin"}


def static_names() -> list[str]:
    """Return the scripts and styles of the phone pages, and what they need of others."""
    return [*sorted(name for name, _storage in _own_files()), *_VENDOR, *_ICONS]


def _own_files() -> list[tuple[str, Storage]]:
    """Return our scripts and styles with the storage that each is in."""
    return [
        (name.replace("\\", "/"), storage)
        for finder in get_finders()
        for name, storage in finder.list(None)
        if name.startswith("h5") and name.endswith(_KINDS)
    ]


def worker_facts() -> dict[str, Any]:
    """Return what the worker is told: the release, the shells, and the files to keep."""
    home = reverse("h5:home")
    shells = {
        name: reverse(f"h5:{_NAMED.get(name, name)}") for name in PAGES if name not in _NOT_KEPT
    }
    facts = {
        "home": home,
        "cases": posixpath.join(home, "reports/"),
        "case": shells["case"],
        "folders": {shells[many]: shells[one] for many, one in _FOLDERS.items()},
        "offline": shells["offline"],
        "shells": sorted(shells.values()),
        "static": settings.STATIC_URL,
        "files": [static(name) for name in static_names()],
        "later": [static(name) for name in _LATER],
    }
    return {"version": _version(facts), **facts}


def _version(facts: dict[str, Any]) -> str:
    """Return a mark that changes with any shell or file; unhashed files count by their bytes."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(PAGES):
        digest.update(json.dumps(page_config(name), sort_keys=True, default=str).encode())
    for template in sorted(Path(settings.BASE_DIR, "templates", "h5").glob("*.html")):
        digest.update(template.read_bytes())
    if static(MODULE) == posixpath.join(settings.STATIC_URL, MODULE):
        for name, storage in _own_files():
            with storage.open(name) as file:
                digest.update(file.read())
    return digest.hexdigest()[:16]


def _script() -> str:
    facts = json.dumps(worker_facts(), ensure_ascii=False, sort_keys=True)
    return f'import {{ startWorker }} from "{static(MODULE)}";\n\nstartWorker({facts});\n'


@lru_cache(maxsize=1)
def _kept_script() -> str:
    """Make it once: in a running process neither files nor templates change."""
    return _script()


@require_safe
@gzip_page
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Answer the worker's script; the browser asks at every visit whether it differs."""
    script = _script() if settings.DEBUG else _kept_script()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = reverse("h5:home")
    # What the worker itself may load; the pages have a policy of their own.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; connect-src 'self'"
    )
    return response
