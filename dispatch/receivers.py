"""Where others reach the office: the resident's world by two signals, Django's sign-in by two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from dispatch.domain.erasing import clean_titles
from dispatch.domain.residents import apply_resident_action
from dispatch.domain.sessions import close_session, open_session
from dispatch.enums import AuditAction
from dispatch.models import Staff
from dispatch.triage.listening import alert_in
from reports.domain.erasing import EraseStep, add_step
from reports.enums import ResidentAction
from reports.models import Report
from reports.signals import report_submitted, resident_acted
from xiangcun.lib import bell
from xiangcun.lib.clients import address_of, device_words

add_step(EraseStep("office_titles", clean_titles))


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


@receiver(user_logged_in, dispatch_uid="dispatch.open_session")
def note_sign_in(request: HttpRequest, user: Staff, **_: object) -> None:
    """Open our session row, whichever way the person came in."""
    open_session(
        request.session,
        user,
        device=device_words(request.META.get("HTTP_USER_AGENT", "")),
        address=address_of(request),
        second_factor=bool(getattr(request, "second_factor_checked", False)),
        now=timezone.now(),
    )


@receiver(user_logged_out, dispatch_uid="dispatch.close_session")
def note_sign_out(request: HttpRequest, user: Staff | None, **_: object) -> None:
    """Close our session row; ``ended_by`` says that it was not the person who left."""
    if user is not None:
        close_session(
            request.session,
            user,
            action=getattr(request, "ended_by", AuditAction.SIGN_OUT),
            address=address_of(request),
            now=timezone.now(),
        )
