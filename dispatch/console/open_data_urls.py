"""URLs of managing open data, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import path

from dispatch.console import open_data_views as views

_guard: Callable[[Any], Any] = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.open_data_admin), name="open-data-admin"),
    path("publish/", _guard(views.open_data_publish), name="open-data-publish"),
    path("<int:pk>/correct/", _guard(views.open_data_correct), name="open-data-correct"),
    path("<int:pk>/withdraw/", _guard(views.open_data_withdraw), name="open-data-withdraw"),
]
