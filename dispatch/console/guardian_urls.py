"""URL of the window for guardians' papers, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.guardian_views import guardian_paper_page

urlpatterns = [path("", admin.site.admin_view(guardian_paper_page), name="guardian-paper")]
