"""URLs of 公开审核, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.publicity_photo_views import (
    photo_page,
    photo_preview,
    photo_release,
    photo_withdraw,
)
from dispatch.console.publicity_views import (
    approve_view,
    publicity_page,
    report_page,
    withhold_view,
    words_view,
)

wall = admin.site.admin_view
urlpatterns = [
    path("", wall(publicity_page), name="publicity"),
    path("<int:report_id>/", wall(report_page), name="publicity-report"),
    path("<int:report_id>/approve", wall(approve_view), name="publicity-approve"),
    path("<int:report_id>/withhold", wall(withhold_view), name="publicity-withhold"),
    path("<int:report_id>/words", wall(words_view), name="publicity-words"),
    path("<int:report_id>/photos/<uuid:photo_id>/", wall(photo_page), name="publicity-photo"),
    path(
        "<int:report_id>/photos/<uuid:photo_id>/release",
        wall(photo_release),
        name="publicity-photo-release",
    ),
    path(
        "<int:report_id>/photos/<uuid:photo_id>/withdraw",
        wall(photo_withdraw),
        name="publicity-photo-withdraw",
    ),
    path(
        "<int:report_id>/photos/<uuid:photo_id>/preview.jpg",
        wall(photo_preview),
        name="publicity-photo-preview",
    ),
]
