"""Where Django looks for admin pages; they are in ``dispatch.console``."""

from django.contrib import admin
from django.contrib.auth.models import Group

from dispatch.console import (
    alarm_admin,
    audit_admin,
    channel_admin,
    model_admin,
    place_admin,
    record_admin,
    reply_admin,
    routing_admin,
    rule_admin,
    staff_admin,
    ticket_admin,
)
from dispatch.console.words import teach_words

__all__ = [
    "alarm_admin",
    "audit_admin",
    "channel_admin",
    "model_admin",
    "place_admin",
    "record_admin",
    "reply_admin",
    "routing_admin",
    "rule_admin",
    "staff_admin",
    "ticket_admin",
]

# Roles come from memberships: nobody is given Django's groups by mistake.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
teach_words()
