"""Where the resident's world reaches the office: the project's only two signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.dispatch import receiver

from dispatch.domain.residents import apply_resident_action
from dispatch.triage.listening import alert_in
from reports.enums import ResidentAction
from reports.models import Report
from reports.signals import report_submitted, resident_acted
from xiangcun.lib import bell


@receiver(report_submitted, dispatch_uid="dispatch.ring_triage")
def ring_triage(report_id: int, **_: object) -> None:
    """Ring for triage; when the bell is lost the sweep finds the row."""
    bell.ring("dispatch.triage_report", report_id)


@receiver(resident_acted, dispatch_uid="dispatch.carry_over")
def carry_over(
    report: Report,
    action: ResidentAction,
    payload: Mapping[str, object],
    now: datetime,
    **_: object,
) -> None:
    """Carry the resident's action to the ticket; an error here undoes it."""
    alert = alert_in(report, action, payload)
    apply_resident_action(report, action, payload, now=now, alert=alert)
