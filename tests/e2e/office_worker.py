"""The process of ``tests.e2e.office``: reads steps from its argument and performs them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from dispatch.domain.actors import staff_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import Outcome, RejectReason, ReturnReason, TicketAction
from dispatch.models import Department, Staff, Ticket
from reports.domain.blocks import Restriction, block_sender
from reports.domain.photos import ORPHAN_AGE, store_photo, sweep_orphan_photos
from reports.domain.publication import approve
from reports.enums import BlockReason, DeliveryState, SenderKind, Urgency
from reports.models import Category, MessageDelivery, Report

PATIENCE_SECONDS = 30


def draw_photo(colour: str) -> UUID:
    """Store a photo of the staff and return its id."""
    drawn = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(drawn, "JPEG")
    file = ContentFile(drawn.getvalue(), name="after.jpg")
    return store_photo(file, resident=None, now=timezone.now())[0].pk


def _department(code: str) -> Department:
    return Department.objects.get(code=code)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "category": lambda code: Category.objects.get(code=code),
    "lead_department": _department,
    "suggested_department": _department,
    "urgency": Urgency,
    "outcome": Outcome,
    "reject_reason": RejectReason,
    "return_reason": ReturnReason,
    "photos": lambda colours: tuple(draw_photo(colour) for colour in colours),
}


def ticket_of(number: str) -> Ticket:
    """Return the ticket that holds the report, once triage has made it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        ticket = Ticket.objects.filter(ticket_reports__report__number=number).first()
        if ticket is not None:
            return ticket
        if time.monotonic() > until:
            raise RuntimeError(number)
        time.sleep(0.1)


def _restrict(number: str) -> None:
    now = timezone.now()
    week = Restriction(reason=BlockReason.SPAM, until=now + timedelta(days=7), note="无关内容")
    block_sender(Report.objects.get(number=number), [SenderKind.RESIDENT], week, now=now)


def _publish(number: str) -> None:
    approve(Report.objects.get(number=number).pk, now=timezone.now())


def _hurry_messages(_number: str) -> None:
    """Let what waits a minute for a better message go with the next round."""
    waiting = MessageDelivery.objects.filter(state=DeliveryState.QUEUED)
    waiting.update(not_before=timezone.now())


def _sweep_photos(_number: str) -> None:
    sweep_orphan_photos(now=timezone.now() + ORPHAN_AGE + timedelta(minutes=1))


HOUSEWORK: Mapping[str, Callable[[str], None]] = {
    "hurry_messages": _hurry_messages,
    "publish": _publish,
    "restrict_sender": _restrict,
    "sweep_photos": _sweep_photos,
}
"""What is no action on a ticket."""


def do_step(number: str, action: str, username: str, given: Mapping[str, Any]) -> None:
    """Perform one action as a member of staff."""
    if action in HOUSEWORK:
        HOUSEWORK[action](number)
        return
    fields = {
        name: READERS[name](value) if name in READERS else value for name, value in given.items()
    }
    perform(
        ticket_of(number).pk,
        TicketAction(action),
        actor=staff_actor(Staff.objects.get(username=username)),
        now=timezone.now(),
        fields=Fields(**fields),
    )


if __name__ == "__main__":
    for step in json.loads(sys.argv[1]):
        do_step(*step)
