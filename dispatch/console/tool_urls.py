"""URLs of the working tools, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import path

from dispatch.console import export_views, filter_views, search_views

_guard: Callable[[Any], Any] = admin.site.admin_view

urlpatterns = [
    path("filters/", _guard(filter_views.filters_page), name="tool-filters"),
    path("filters/<int:pk>/", _guard(filter_views.filter_change), name="tool-filter"),
    path("phone/", _guard(search_views.phone_page), name="tool-phone"),
    path("place/", _guard(search_views.place_page), name="tool-place"),
    path("export/", _guard(export_views.export_button), name="tool-export"),
    path("exports/", _guard(export_views.exports_page), name="tool-exports"),
    path("exports/<uuid:job_id>/", _guard(export_views.export_page), name="tool-export-job"),
    path(
        "exports/<uuid:job_id>/status/",
        _guard(export_views.export_status),
        name="tool-export-status",
    ),
    path(
        "exports/<uuid:job_id>/cancel/",
        _guard(export_views.export_cancel),
        name="tool-export-cancel",
    ),
    path(
        "exports/<uuid:job_id>/file/", _guard(export_views.export_download), name="tool-export-file"
    ),
]
