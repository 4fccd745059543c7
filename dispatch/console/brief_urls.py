"""URLs of the briefs, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import brief_list_views as lists
from dispatch.console import brief_views as views

urlpatterns = [
    path("", admin.site.admin_view(lists.briefs_page), name="briefs"),
    path("new", admin.site.admin_view(lists.brief_new), name="brief-new"),
    path("subscribers/", admin.site.admin_view(lists.subscribers_page), name="brief-subscribers"),
    path(
        "subscribers/<int:pk>/remove",
        admin.site.admin_view(lists.subscriber_remove),
        name="brief-unsubscribe",
    ),
    path("files/<int:pk>", admin.site.admin_view(views.brief_file), name="brief-file"),
    path("<int:pk>/", admin.site.admin_view(views.brief_page), name="brief"),
    path("<int:pk>/edit", admin.site.admin_view(views.brief_edit), name="brief-edit"),
    path("<int:pk>/step", admin.site.admin_view(views.brief_step), name="brief-step"),
    path(
        "<int:pk>/versions/<int:number>/",
        admin.site.admin_view(views.version_page),
        name="brief-version",
    ),
    path(
        "<int:pk>/versions/<int:number>/files",
        admin.site.admin_view(views.version_files),
        name="brief-files",
    ),
    path(
        "<int:pk>/versions/<int:number>/changes",
        admin.site.admin_view(views.version_changes),
        name="brief-changes",
    ),
]
