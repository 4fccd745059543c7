"""URLs of the block list, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import path

from dispatch.console import sender_views as views

_guard: Callable[[Any], Any] = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.blocks_page), name="sender-blocks"),
    path("network/", _guard(views.network_page), name="sender-network"),
    path("<int:pk>/lift/", _guard(views.block_lift), name="sender-lift"),
    path("tickets/<int:ticket_id>/<int:report_id>/", _guard(views.block_page), name="sender-block"),
]
