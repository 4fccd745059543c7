"""URLs of the county's tokens, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import path

from dispatch.console import token_views as views

_guard: Callable[[Any], Any] = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.tokens_page), name="api-tokens"),
    path("<int:pk>/", _guard(views.token_page), name="api-token"),
    path("<int:pk>/rotate/", _guard(views.token_rotate), name="api-token-rotate"),
    path("<int:pk>/revoke/", _guard(views.token_revoke), name="api-token-revoke"),
]
