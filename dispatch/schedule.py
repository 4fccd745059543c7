"""When the office's sweeps and timers run; the composition root merges this into Celery's beat.

``expires`` keeps a pile from forming while no worker is there to take the messages.
"""

from __future__ import annotations

from typing import Any

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
    "dispatch.run_timers": {
        "task": "dispatch.run_timers",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "dispatch.refresh_hotspots": {
        "task": "dispatch.refresh_hotspots",
        "schedule": 3 * 3600.0,
        "options": {"expires": 3600},
    },
}
