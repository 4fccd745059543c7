"""URLs of the triage desk, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import desk_views as views

_guard = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.desk_page), name="desk"),
    path("list/", _guard(views.desk_list), name="desk-list"),
    path("<int:ticket_id>/open/", _guard(views.desk_open), name="desk-open"),
    path("<int:ticket_id>/beat/", _guard(views.desk_beat), name="desk-beat"),
    path("<int:ticket_id>/leave/", _guard(views.desk_leave), name="desk-leave"),
    path("<int:ticket_id>/take/", _guard(views.desk_take), name="desk-take"),
    path("<int:ticket_id>/do/<slug:action>/", _guard(views.desk_action), name="desk-action"),
]
