"""When the sweeps of the resident's world run; the composition root merges this into Celery's beat.

``expires`` keeps a pile from forming while no worker is there to take the messages.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

BEAT: dict[str, dict[str, Any]] = {
    "reports.sweep_pending_photos": {
        "task": "reports.sweep_pending_photos",
        "schedule": 5.0,
        "options": {"expires": 15, "queue": "photos"},
    },
    "reports.sweep_orphan_photos": {
        "task": "reports.sweep_orphan_photos",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "reports.sweep_expired_tokens": {
        "task": "reports.sweep_expired_tokens",
        "schedule": 6 * 3600.0,
        "options": {"expires": 6 * 3600},
    },
    "reports.sweep_content_checks": {
        "task": "reports.sweep_content_checks",
        "schedule": 20.0,
        "options": {"expires": 40, "queue": "outbox"},
    },
    "reports.open_gates": {
        "task": "reports.open_gates",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "reports.sweep_messages": {
        "task": "reports.sweep_messages",
        "schedule": 5.0,
        "options": {"expires": 15},
    },
    "reports.fold_subscriptions": {
        "task": "reports.fold_subscriptions",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
    "reports.sweep_phone_codes": {
        "task": "reports.sweep_phone_codes",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "reports.sweep_absorbed": {
        "task": "reports.sweep_absorbed",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reports.sweep_leftovers": {
        "task": "reports.sweep_leftovers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reports.strip_originals": {
        "task": "reports.strip_originals",
        "schedule": 600.0,
        "options": {"expires": 600, "queue": "photos"},
    },
    "reports.run_retention": {
        "task": "reports.run_retention",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 6 * 3600},
    },
    "reports.forget_senders": {
        "task": "reports.forget_senders",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "reports.expire_points": {
        "task": "reports.expire_points",
        "schedule": crontab(hour=4, minute=10),
        "options": {"expires": 6 * 3600},
    },
    "reports.expire_redemptions": {
        "task": "reports.expire_redemptions",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}
