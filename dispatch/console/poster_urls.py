"""URLs of the grids' posters, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.poster_views import poster_page, poster_pdf, posters_page, village_pdf

urlpatterns = [
    path("", admin.site.admin_view(posters_page), name="posters"),
    path(
        "village/<slug:village_code>.pdf",
        admin.site.admin_view(village_pdf),
        name="posters-of-village",
    ),
    path("<slug:code>/", admin.site.admin_view(poster_page), name="poster"),
    path("<slug:code>.pdf", admin.site.admin_view(poster_pdf), name="poster-pdf"),
]
