"""URLs of the working calendar, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import calendar_views as views

urlpatterns = [
    path("", admin.site.admin_view(views.calendar_page), name="calendar"),
    path("days/", admin.site.admin_view(views.set_days_page), name="calendar-days"),
    path("import/", admin.site.admin_view(views.import_page), name="calendar-import"),
    path("template.csv", admin.site.admin_view(views.template_file), name="calendar-template"),
    path("progress.json", admin.site.admin_view(views.progress), name="calendar-progress"),
    path("changes/<int:pk>/", admin.site.admin_view(views.change_page), name="calendar-change"),
]
