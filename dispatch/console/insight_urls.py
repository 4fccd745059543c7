"""URLs of the insights, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.insight_views import (
    dismiss_view,
    insights_page,
    queue_page,
    restore_view,
)

urlpatterns = [
    path("", admin.site.admin_view(insights_page), name="insights"),
    path("<int:pk>/dismiss/", admin.site.admin_view(dismiss_view), name="insight-dismiss"),
    path("<int:pk>/restore/", admin.site.admin_view(restore_view), name="insight-restore"),
    path("queue/<int:pk>/", admin.site.admin_view(queue_page), name="insight-queue"),
]
