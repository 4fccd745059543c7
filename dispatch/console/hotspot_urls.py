"""URLs of the hotspots, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.hotspot_views import hotspot_page, hotspots_page

urlpatterns = [
    path("", admin.site.admin_view(hotspots_page), name="hotspots"),
    path("<int:pk>/", admin.site.admin_view(hotspot_page), name="hotspot"),
]
