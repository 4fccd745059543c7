"""URLs of the cockpit; pages stand inside the admin's walls, a wall behind its own link."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.cockpit import kiosk_views, views

_guard = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.desk_page), name="cockpit"),
    path("wall/", _guard(views.wall_page), name="cockpit-wall"),
    path("data", views.cockpit_data, name="cockpit-data"),
    path("live", views.cockpit_live, name="cockpit-live"),
    path("map", views.cockpit_map, name="cockpit-map"),
    path("k/<str:token>/", kiosk_views.kiosk_wall, name="kiosk-wall"),
    path("k/<str:token>/data", kiosk_views.kiosk_data, name="kiosk-data"),
    path("k/<str:token>/live", kiosk_views.kiosk_live, name="kiosk-live"),
    path("k/<str:token>/map", kiosk_views.kiosk_map, name="kiosk-map"),
]
