"""URLs of signing in; mounted before the admin's own, whose names they keep where it has them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import second_factor_views, session_views, sign_in_views

_guard = admin.site.admin_view

urlpatterns = [
    path("login/", sign_in_views.SignInView.as_view(), name="login"),
    path("login/code/", sign_in_views.second_step, name="second-factor"),
    path("password_change/", _guard(sign_in_views.password_page), name="password_change"),
    path("second-factor/bind/", _guard(second_factor_views.bind_page), name="second-factor-bind"),
    path(
        "second-factor/codes/",
        _guard(second_factor_views.manage_page),
        {"what": "codes"},
        name="second-factor-codes",
    ),
    path(
        "second-factor/replace/",
        _guard(second_factor_views.manage_page),
        {"what": "replace"},
        name="second-factor-replace",
    ),
    path("session/state", sign_in_views.session_state, name="session-state"),
    path("session/continue", sign_in_views.session_continue, name="session-continue"),
    path("sessions/", _guard(session_views.own_sessions), name="own-sessions"),
    path("sessions/<int:pk>/revoke/", _guard(session_views.revoke), name="session-revoke"),
    path("sessions/others/revoke/", _guard(session_views.revoke_others), name="sessions-revoke"),
    path("sign-ins/", _guard(session_views.sign_ins), name="sign-ins"),
    path("sign-ins/unlock/", _guard(session_views.unlock), name="sign-in-unlock"),
    path("sign-ins/<int:pk>/reset/", _guard(session_views.reset), name="second-factor-reset"),
]
