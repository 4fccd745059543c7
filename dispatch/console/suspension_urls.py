"""URL of the list of suspended tickets, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.suspension_views import suspensions_page

urlpatterns = [path("", admin.site.admin_view(suspensions_page), name="suspensions")]
