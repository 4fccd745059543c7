"""When the office's sweeps and timers run; the composition root merges this into Celery's beat.

``expires`` keeps a pile from forming while no worker is there to take the messages.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

BEAT: dict[str, dict[str, Any]] = {
    "dispatch.sweep_untriaged": {
        "task": "dispatch.sweep_untriaged",
        "schedule": 5.0,
        "options": {"expires": 15},
    },
    "dispatch.fold_events": {
        "task": "dispatch.fold_events",
        "schedule": 5.0,
        "options": {"expires": 15},
    },
    "dispatch.watch_rules": {
        "task": "dispatch.watch_rules",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "dispatch.escalate_alarms": {
        "task": "dispatch.escalate_alarms",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "dispatch.sweep_sign_ins": {
        "task": "dispatch.sweep_sign_ins",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "dispatch.sweep_notifications": {
        "task": "dispatch.sweep_notifications",
        "schedule": 5.0,
        "options": {"expires": 15},
    },
    # Half past eight, and again for a while in case nobody was there to hear it.
    "dispatch.write_digests": {
        "task": "dispatch.write_digests",
        "schedule": crontab(hour="8-10", minute="0,10,20,30,40,50"),
        "options": {"expires": 300},
    },
    "dispatch.purge_notifications": {
        "task": "dispatch.purge_notifications",
        "schedule": crontab(hour="3", minute="10"),
        "options": {"expires": 3600},
    },
    "dispatch.freeze_polls": {
        "task": "dispatch.freeze_polls",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "dispatch.run_timers": {
        "task": "dispatch.run_timers",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "dispatch.deal_cards": {
        "task": "dispatch.deal_cards",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "dispatch.clean_claims": {
        "task": "dispatch.clean_claims",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    "dispatch.sweep_exports": {
        "task": "dispatch.sweep_exports",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "dispatch.sweep_calendar": {
        "task": "dispatch.sweep_calendar",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "dispatch.sweep_targets": {
        "task": "dispatch.sweep_targets",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    # Local time (``CELERY_TIMEZONE``), when nobody waits for photos: they share the worker.
    "dispatch.train_classifier": {
        "task": "dispatch.train_classifier",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"expires": 4 * 3600},
    },
    "dispatch.refresh_hotspots": {
        "task": "dispatch.refresh_hotspots",
        "schedule": 3 * 3600.0,
        "options": {"expires": 3600},
    },
    "dispatch.refresh_insights": {
        "task": "dispatch.refresh_insights",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    # From the hour of ``BRIEF_HOUR`` on, and again all day in case the machine was off in the morning.
    "dispatch.draft_briefs": {
        "task": "dispatch.draft_briefs",
        "schedule": crontab(hour="0-21", minute="0,10,20,30,40,50"),
        "options": {"expires": 500},
    },
    "dispatch.sweep_briefs": {
        "task": "dispatch.sweep_briefs",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
}
