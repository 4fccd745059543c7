"""URLs of the alarm bar, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.alarm_views import alarm_acknowledge, alarm_feed

urlpatterns = [
    path("feed", admin.site.admin_view(alarm_feed), name="alarm-feed"),
    path(
        "<int:alarm_id>/acknowledge",
        admin.site.admin_view(alarm_acknowledge),
        name="alarm-acknowledge",
    ),
]
