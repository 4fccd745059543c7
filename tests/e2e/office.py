"""The office works through ``perform`` in a process of its own: seconds instead of clicks.

Browser tests of the resident's pages need cases in many states; how staff bring them there is tested
elsewhere. Run as ``python -m tests.e2e.office '<json>'`` in the township's environment, with a list
of ``[number, action, username, fields]``; every rule of the state table holds here too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.models import Ticket
    from tests.e2e.township import Instance

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30
Step = tuple[str, str, str, dict[str, Any]]


def office_does(instance: Instance, steps: Sequence[Step]) -> None:
    """Carry the steps out in order and wait for the end of it."""
    environment = {
        **os.environ,
        "XIANGCUN_DATA": str(instance.data_dir),
        "STATIC_ROOT": str(instance.data_dir / "static"),
        "DJANGO_SETTINGS_MODULE": "xiangcun.settings",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY", "LEDGER_KEY", "WECHAT_APPID"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "tests.e2e.office", json.dumps(steps)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def _main(steps: Sequence[Step]) -> None:
    import django  # noqa: PLC0415 - a process of its own, set up by its environment

    django.setup()
    for number, action, username, given in steps:
        _step(number, action, username, dict(given))


def _step(number: str, action: str, username: str, given: dict[str, Any]) -> None:
    from django.utils import timezone  # noqa: PLC0415 - after django.setup()

    from dispatch.domain.actors import staff_actor  # noqa: PLC0415
    from dispatch.domain.fields import Fields  # noqa: PLC0415
    from dispatch.domain.lifecycle import perform  # noqa: PLC0415
    from dispatch.enums import TicketAction  # noqa: PLC0415
    from dispatch.models import Staff  # noqa: PLC0415

    now = timezone.now()
    ticket = _ticket_of(number)
    actor = staff_actor(Staff.objects.get(username=username))
    fields = Fields(**_fields(given))
    perform(ticket.pk, TicketAction(action), actor=actor, now=now, fields=fields)


def _ticket_of(number: str) -> Ticket:
    from dispatch.models import Ticket  # noqa: PLC0415

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        ticket = Ticket.objects.filter(ticket_reports__report__number=number).first()
        if ticket is not None:
            return ticket
        if time.monotonic() > until:
            raise RuntimeError(number)
        time.sleep(0.1)


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    from dispatch.enums import Outcome, RejectReason, ReturnReason  # noqa: PLC0415
    from dispatch.models import Department  # noqa: PLC0415
    from reports.enums import Urgency  # noqa: PLC0415
    from reports.models import Category  # noqa: PLC0415

    readers = {
        "category": lambda code: Category.objects.get(code=code),
        "lead_department": lambda code: Department.objects.get(code=code),
        "suggested_department": lambda code: Department.objects.get(code=code),
        "urgency": Urgency,
        "outcome": Outcome,
        "reject_reason": RejectReason,
        "return_reason": ReturnReason,
        "photos": lambda colours: tuple(_photo(colour) for colour in colours),
    }
    return {name: readers.get(name, lambda raw: raw)(raw) for name, raw in given.items()}


def _photo(colour: str) -> Any:
    from django.core.files.base import ContentFile  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    from reports.domain.photos import store_photo  # noqa: PLC0415

    drawn = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(drawn, "JPEG")
    file = ContentFile(drawn.getvalue(), name="after.jpg")
    return store_photo(file, resident=None, now=timezone.now())[0].pk


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
