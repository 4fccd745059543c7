"""URLs of the tray, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.tray_views import colleagues_view, read_all_view, tray_page

urlpatterns = [
    path("", admin.site.admin_view(tray_page), name="tray"),
    path("read-all/", admin.site.admin_view(read_all_view), name="tray-read-all"),
    path("colleagues/<int:ticket_id>/", admin.site.admin_view(colleagues_view), name="colleagues"),
]
