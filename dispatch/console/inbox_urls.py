"""URLs of the inbox, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.inbox_views import colleagues_view, inbox_page, read_all_view

urlpatterns = [
    path("", admin.site.admin_view(inbox_page), name="inbox"),
    path("read-all/", admin.site.admin_view(read_all_view), name="inbox-read-all"),
    path("colleagues/<int:ticket_id>/", admin.site.admin_view(colleagues_view), name="colleagues"),
]
