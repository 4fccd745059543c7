"""URLs of the summary, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.summary_behind import summary_behind
from dispatch.console.summary_views import summary_metrics, summary_page, summary_workbook

urlpatterns = [
    path("", admin.site.admin_view(summary_page), name="summary"),
    path("export.xlsx", admin.site.admin_view(summary_workbook), name="summary-export"),
    path("metrics/", admin.site.admin_view(summary_metrics), name="summary-metrics"),
    path("behind/", admin.site.admin_view(summary_behind), name="summary-behind"),
]
