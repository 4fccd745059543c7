"""URLs of the open data, mounted at ``/open-data/``."""

from __future__ import annotations

from django.urls import path

from dispatch.api.open_data import open_data_file, open_data_page

urlpatterns = [
    path("", open_data_page, name="open-data"),
    path("<str:month>/<str:name>", open_data_file, name="open-data-file"),
]
