"""When the sweeps of the resident's world run; the composition root merges this into Celery's beat.

``expires`` keeps a pile from forming while no worker is there to take the messages.
"""

from __future__ import annotations

from typing import Any

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
    "reports.forget_senders": {
        "task": "reports.forget_senders",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
