"""What a page of the cockpit is told before it asks for anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.summary.cockpit.names import Names, load_names
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.periods import KIND_NAMES

LIVE_SECONDS, DATA_SECONDS = 8, 120


def page_config(sight: Sight, urls: dict[str, str | None]) -> dict[str, Any]:
    """Return the configuration; a wall has nothing to choose from."""
    return {
        "kiosk": sight.kiosk,
        "urls": urls,
        "live_seconds": LIVE_SECONDS,
        "data_seconds": DATA_SECONDS,
        "title": _("数字驾驶舱"),
        "scope_words": sight.words,
        "tiles": [
            {
                "url": layer.url,
                "subdomains": layer.subdomains,
                "attribution": layer.attribution,
                "max_zoom": layer.max_zoom,
            }
            for layer in settings.MAP_TILES
        ],
        "choices": None if sight.kiosk else _choices(load_names(), sight),
    }


def staff_urls() -> dict[str, str | None]:
    """Return where a person's page asks."""
    return {
        "data": reverse("cockpit-data"),
        "live": reverse("cockpit-live"),
        "map": reverse("cockpit-map"),
        "desk": reverse("cockpit"),
        "wall": reverse("cockpit-wall"),
    }


def kiosk_urls(token: str) -> dict[str, str | None]:
    """Return where a wall asks; it leads nowhere else."""
    return {
        "data": reverse("kiosk-data", args=(token,)),
        "live": reverse("kiosk-live", args=(token,)),
        "map": reverse("kiosk-map", args=(token,)),
        "desk": None,
        "wall": None,
    }


def _choices(names: Names, sight: Sight) -> dict[str, Any]:
    own = sight.departments
    return {
        "periods": [[str(kind), str(name)] for kind, name in KIND_NAMES.items()],
        "categories": [
            {"id": row.id, "code": row.code, "name": row.name, "parent": row.parent_id}
            for row in names.categories.values()
        ],
        "departments": [
            {"id": pk, "name": name}
            for pk, name in names.departments.items()
            if own is None or pk in own
        ],
        "grids": [
            {"id": row.id, "name": row.full_name, "village": row.village}
            for row in names.grids.values()
            if row.is_active
        ],
        "dimensions": [{"code": code, "name": name} for code, name in names.dimensions.items()],
    }
