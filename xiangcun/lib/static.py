"""The files of npm packages that are served as static files, by exact name.

A whole ``dist`` folder would be collected, hashed and compressed for nothing: ECharts ships 60 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage

# name below STATIC_URL -> file below node_modules. A map file is there because the hashing storage
# follows the ``sourceMappingURL`` comment of its script.
VENDOR_FILES = {
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "vendor/leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet/leaflet.js.map": "leaflet/dist/leaflet.js.map",
    "vendor/leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet/heat.js": "leaflet.heat/dist/leaflet-heat.js",
    "vendor/leaflet/markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "vendor/leaflet/leaflet.markercluster.js.map": (
        "leaflet.markercluster/dist/leaflet.markercluster.js.map"
    ),
    "vendor/leaflet/MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "vendor/leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "vendor/leaflet/images/marker-icon-2x.png": "leaflet/dist/images/marker-icon-2x.png",
    "vendor/leaflet/images/marker-shadow.png": "leaflet/dist/images/marker-shadow.png",
    "vendor/idb/idb.js": "idb/build/index.js",
    "vendor/viewerjs/viewer.min.js": "viewerjs/dist/viewer.min.js",
    "vendor/viewerjs/viewer.min.css": "viewerjs/dist/viewer.min.css",
}


class VendorStorage(FileSystemStorage):
    """node_modules seen through :data:`VENDOR_FILES`."""

    def path(self, name: str) -> str:
        """Return the path of a listed file; any other name does not exist."""
        return super().path(VENDOR_FILES.get(name, "absent"))


class VendorFinder(BaseFinder):
    """Finds the listed files of the packages that are installed."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        super().__init__()
        self.storage = VendorStorage(location=str(settings.NODE_MODULES))

    def check(self, **_kwargs: Any) -> list[Any]:
        """Nothing to configure, nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Return the file behind a static name, or an empty list."""
        if path not in VENDOR_FILES or not self.storage.exists(path):
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield each installed file with the storage to read it from."""
        patterns = [*(ignore_patterns or ())]
        for name in VENDOR_FILES:
            if not matches_patterns(name, patterns) and Path(self.storage.path(name)).is_file():
                yield name, self.storage
