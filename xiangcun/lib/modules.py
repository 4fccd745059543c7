"""ES modules among the static files: what a script imports, and the storage that hashes their names.

No bundler (ADR 0010): a page loads modules as they are written. Import maps would need an inline script in
every page and are unknown to service workers and to phones of 2022; so the storage writes the hashed names
into the import statements when the files are collected.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(
    r"""^(?:import\s*|(?:import|export)\b[^;'"]*?\bfrom\s*)["'](?P<name>\.[^"']+)["'];""",
    re.MULTILINE,
)
_LATER = re.compile(r"""\bimport\(["'](?P<name>\.[^"']+)["']\)""")
MODULES = ("h5/*.js", "dispatch/cockpit/*.js")
# Django keeps them behind a switch that is for all files or none, and its stubs do not know them.
_DJANGO: Any = HashedFilesMixin


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage that also rewrites the imports of our own modules, and of nobody else's scripts.

    Django's switch would look for import statements in every script, those of other packages included.
    Imports must end with a semicolon and begin with a dot.
    """

    # Each pass settles one level of the tree of imports; the page of a report is nine deep.
    max_post_process_passes = 20
    patterns = (
        *HashedFilesMixin.patterns,
        *((name, _DJANGO._js_module_import_aggregation_patterns[1]) for name in MODULES),  # noqa: SLF001 - see above
    )


def imported_modules(names: Iterable[str]) -> tuple[str, ...]:
    """Return all that the scripts import, directly or not, themselves included, each once."""
    found: dict[str, None] = {}
    waiting = [*names]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(_imports(name))
    return tuple(found)


def later_modules(names: Iterable[str]) -> tuple[str, ...]:
    """Return what the scripts import while they run (``import("./x.js")``), and all that those import at once.

    One step only: what a late script fetches late is left to it.
    """
    at_once = imported_modules(names)
    named = (found for name in at_once for found in _imports(name, later=True))
    return tuple(name for name in imported_modules(named) if name not in at_once)


def _imports(name: str, *, later: bool = False) -> tuple[str, ...]:
    return tuple(_read(name, later=later)) if settings.DEBUG else _kept(name, later=later)


@lru_cache(maxsize=512)
def _kept(name: str, *, later: bool) -> tuple[str, ...]:
    return tuple(_read(name, later=later))


def _read(name: str, *, later: bool) -> Iterator[str]:
    path: Any = finders.find(name)
    if not path:
        return
    pattern = _LATER if later else _IMPORT
    for match in pattern.finditer(Path(str(path)).read_text(encoding="utf-8")):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), match["name"]))
