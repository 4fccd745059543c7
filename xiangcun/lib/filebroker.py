"""The embedded broker: kombu's filesystem transport with one race closed.

kombu creates the message file, then locks it, then writes; a worker that lists the folder in
between moves an empty file away and the message is lost. Here a message is written under a name no
worker looks for and renamed into place, so that a listed message is always whole. What remains
(a message taken by a killed worker is gone) is the sweep's business: docs/adr/0006.
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """A channel whose messages appear whole (kombu's stubs and its code name ``payload`` apart)."""

    def _put(self, queue: str, payload: dict[str, Any], **_kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        # Wall clock, not kombu's monotonic one: the order must survive a reboot of the machine.
        name = f"{time.time_ns():020d}_{uuid.uuid4()}"
        draft = folder / f"{name}.part"
        try:
            draft.write_text(json.dumps(payload), encoding="utf-8")
            draft.replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot add a message to queue {queue!r}") from error


class Transport(filesystem.Transport):
    """Named by ``CELERY_BROKER_TRANSPORT``."""

    Channel = Channel


def broker_options(folder: Path) -> dict[str, Any]:
    """Create the folders below ``folder`` and return ``broker_transport_options``."""
    queue, control = folder / "queue", folder / "control"
    for path in (queue, control):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        # Median delay 53 ms; one listdir of an almost empty folder costs some 20 microseconds.
        "polling_interval": 0.1,
    }
