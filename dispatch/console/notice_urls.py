"""URLs of inbox and outbox, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console.message_views import messages_page, messages_resend
from dispatch.console.notice_views import (
    notice_feed,
    notice_open,
    notices_page,
    notices_read,
    preferences_page,
)
from dispatch.console.outbox_views import outbox_page, outbox_resend

_guard = admin.site.admin_view

urlpatterns = [
    path("inbox/", _guard(notices_page), name="inbox"),
    path("inbox/feed", _guard(notice_feed), name="inbox-feed"),
    path("inbox/read", _guard(notices_read), name="inbox-read"),
    path("inbox/preferences/", _guard(preferences_page), name="notice-preferences"),
    path("inbox/<int:pk>/", _guard(notice_open), name="inbox-open"),
    path("outbox/", _guard(outbox_page), name="outbox"),
    path("outbox/resend", _guard(outbox_resend), name="outbox-resend"),
    path("resident-messages/", _guard(messages_page), name="resident-messages"),
    path("resident-messages/resend", _guard(messages_resend), name="resident-messages-resend"),
]
