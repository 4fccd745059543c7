"""URLs of volunteers, rewards and patrols, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import path

from dispatch.console import patrol_views, reward_views
from dispatch.console import volunteer_views as views

_guard: Callable[[Any], Any] = admin.site.admin_view

urlpatterns = [
    path("", _guard(views.volunteers_page), name="volunteers"),
    path("export/", _guard(views.volunteer_export), name="volunteer-export"),
    path("<int:pk>/", _guard(views.volunteer_page), name="volunteer"),
    path("<int:pk>/correct/", _guard(views.volunteer_correct), name="volunteer-correct"),
    path("entries/<int:pk>/reverse/", _guard(views.entry_reverse), name="points-reverse"),
    path("rewards/", _guard(reward_views.rewards_page), name="rewards"),
    path("rewards/new/", _guard(reward_views.reward_page), name="reward-new"),
    path("rewards/<int:pk>/", _guard(reward_views.reward_page), name="reward"),
    path("counter/", _guard(reward_views.counter_page), name="reward-counter"),
    path("patrols/", _guard(patrol_views.patrols_page), name="patrols"),
    path("patrols/new/", _guard(patrol_views.patrol_new), name="patrol-new"),
    path("patrols/<int:pk>/", _guard(patrol_views.patrol_page), name="patrol"),
    path("patrols/<int:pk>/cancel/", _guard(patrol_views.patrol_cancel), name="patrol-cancel"),
    path("signups/<int:pk>/", _guard(patrol_views.signup_settle), name="signup-settle"),
]
