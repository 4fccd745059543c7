"""URLs of the links for walls, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.cockpit.link_views import link_revoke, links_page

_guard = admin.site.admin_view

urlpatterns = [
    path("", _guard(links_page), name="kiosk-links"),
    path("<int:pk>/revoke", _guard(link_revoke), name="kiosk-revoke"),
]
