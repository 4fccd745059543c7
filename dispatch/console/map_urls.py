"""URLs of the map board, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.map_views import map_data, map_grids, map_page

urlpatterns = [
    path("", admin.site.admin_view(map_page), name="map"),
    path("data.json", admin.site.admin_view(map_data, cacheable=True), name="map-data"),
    path("grids.json", admin.site.admin_view(map_grids, cacheable=True), name="map-grids"),
]
