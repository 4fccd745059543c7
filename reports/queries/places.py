"""The map in use: grids as shapes, and a mark that changes with any of them."""

from __future__ import annotations

import hashlib
import json
import logging

import shapely
from shapely.geometry.base import BaseGeometry

from reports.models import Grid, Landmark

logger = logging.getLogger(__name__)


def grid_shapes() -> list[tuple[Grid, BaseGeometry]]:
    """Return the active grids by code with their areas (WGS-84); one that cannot be read is left out."""
    found = []
    for grid in Grid.objects.filter(is_active=True).order_by("code"):
        try:
            area = shapely.make_valid(shapely.from_geojson(json.dumps(grid.polygon)))
        except (shapely.GEOSException, TypeError):
            logger.warning("grid_polygon_unreadable", extra={"grid": grid.pk})
            continue
        if not area.is_empty:
            found.append((grid, area))
    return found


def map_version() -> str:
    """Return a mark that is the same as long as no grid and no landmark changed."""
    digest = hashlib.sha256()
    for rows in (
        Grid.objects.order_by("pk").values_list("pk", "is_active", "updated_at"),
        Landmark.objects.order_by("pk").values_list("pk", "is_active", "updated_at"),
    ):
        digest.update(repr(list(rows)).encode())
    return digest.hexdigest()[:16]
