"""Steps that the tests of messages share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from reports.domain.message_letters import Letter
from reports.domain.message_outbox import deliver_messages
from reports.domain.message_senders import Carried
from reports.domain.message_spreading import spread_messages
from reports.domain.messages import Facts, tell_residents
from reports.domain.subscriptions import record_choice
from reports.enums import MessageTemplate
from reports.models import MessageDelivery, MessagePreference, Report, Resident, ResidentMessage
from tests.factories import NOW, make_report

IDS = {"progress": "tmpl_progress_1", "ask": "tmpl_ask_000001", "result": "tmpl_result_001"}
FACTS = Facts(category="暴露/积存垃圾", department="环卫所", reason="已解决")
SOON = NOW + timedelta(minutes=2)
_keys = itertools.count()


def use_wechat(settings: Any) -> None:
    """Set up a mini program with the three templates and their default fields."""
    from xiangcun.lib.message_config import wechat_templates

    settings.WECHAT_APPID, settings.WECHAT_SECRET = "wx1234567890", "secret"
    settings.WECHAT_TEMPLATES = wechat_templates(IDS)


def tell(
    resident: Resident,
    template: MessageTemplate = MessageTemplate.REPLIED,
    *,
    report: Report | None = None,
    now: datetime = NOW,
    urgent: bool = False,
) -> ResidentMessage:
    """Tell one resident something about a report of theirs."""
    report = report or make_report(resident)
    key = f"test{next(_keys)}"
    tell_residents([report.pk], template, FACTS, key=key, now=now, urgent=urgent)
    return ResidentMessage.objects.get(key=f"{key}/{report.pk}")


def subscribe(resident: Resident, key: str = "result", *, times: int = 1) -> None:
    """Let the resident tap 允许 this often."""
    for index in range(times):
        moment = NOW - timedelta(hours=1) + timedelta(minutes=2 * index)
        record_choice(resident, accepted=[IDS[key]], now=moment)


def want_sms(resident: Resident) -> None:
    """Give the resident a verified number and the wish for text messages."""
    resident.phone, resident.phone_verified_at = "13900001234", NOW
    resident.save(update_fields=["phone", "phone_verified_at"])
    MessagePreference.objects.create(resident=resident, sms=True, changed_at=NOW)


class Carrier:
    """A sender that keeps what it was given and answers what it is told."""

    def __init__(self, *answers: Carried) -> None:
        self.answers = list(answers)
        self.letters: list[Letter] = []

    def __call__(
        self, letter: Letter, resident: Resident, template_id: str, now: datetime
    ) -> Carried:
        self.letters.append(letter)
        return self.answers.pop(0) if self.answers else Carried()


def send(channel: str, carrier: Carrier, *, now: datetime = SOON) -> int:
    """Spread what waits and deliver what is due."""
    spread_messages(now=now)
    return deliver_messages(channel, now=now, senders={channel: carrier})


def states() -> Sequence[tuple[str, str]]:
    """Return (channel, state) of every delivery, oldest first."""
    return list(MessageDelivery.objects.order_by("pk").values_list("channel", "state"))
