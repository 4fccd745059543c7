"""URLs of 公告, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import bulletin_views as views

wall = admin.site.admin_view
urlpatterns = [
    path("", wall(views.bulletins_page), name="bulletins"),
    path("new/", wall(views.bulletin_new), name="bulletin-new"),
    path("<int:bulletin_id>/", wall(views.bulletin_edit), name="bulletin-edit"),
    path("<int:bulletin_id>/step", wall(views.bulletin_step), name="bulletin-step"),
]
