"""URLs of the triage quality page, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.quality_views import quality_page, quality_tickets, quality_workbook

urlpatterns = [
    path("", admin.site.admin_view(quality_page), name="triage-quality"),
    path("tickets/", admin.site.admin_view(quality_tickets), name="triage-quality-tickets"),
    path("export.xlsx", admin.site.admin_view(quality_workbook), name="triage-quality-export"),
]
