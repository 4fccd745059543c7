"""The platform's checks of a report's words and pictures: asked in the background, tried again, given up.

Rows are the truth: ``Report.publication`` says that a text is waited for, a ``ContentCheck`` row what
became of each question. The report itself is with the office all the while.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from reports.domain.content_platform import Verdict, ask_picture, ask_text, state_of
from reports.domain.publication import checked_state, settle_checks
from reports.enums import CheckState, Publication
from reports.models import UNSETTLED, ContentCheck, Photo, Report
from xiangcun.lib import wechat

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BACK_OFF = (20, 60, 180, 600, 1200, 1800)
"""Seconds between tries; together within the two hours in which the platform knows the person."""
PUSH_PATIENCE = timedelta(minutes=40)
"""The platform promises a picture's verdict within half an hour."""
SWEEP_AFTER = timedelta(seconds=10)
SWEEP_BATCH = 20


def check_content(report_id: int, *, now: datetime) -> None:
    """Ask about a report's text and its photos, as far as it is due; safe to run twice and at once."""
    report = Report.objects.select_related("resident").filter(pk=report_id).first()
    if report is None:
        return
    if report.publication == Publication.PENDING or report.checks.exists():
        _open_checks(report, now=now)
    due = ContentCheck.objects.filter(
        report=report, state=CheckState.WAITING, next_at__lte=now
    ).select_related("photo")
    for check in list(due.order_by("pk")):
        check.report = report
        if _take_lease(check, now=now):
            _ask(check, now=now)


def hear_picture(event: wechat.PushEvent) -> None:
    """Take down what WeChat pushed about a picture; hearing it twice changes nothing."""
    outcome = wechat.media_verdict(event.data)
    settle_picture(
        outcome.trace_id, state_of(outcome.state), label=outcome.label, now=timezone.now()
    )


def settle_picture(trace_id: str, state: CheckState, *, label: int, now: datetime) -> bool:
    """Write the verdict on a picture; False for a trace that is none of ours.

    ``WAITING``: the platform could not fetch it and is to be asked again.
    """
    asked = ContentCheck.objects.filter(trace_id=trace_id, photo__isnull=False)
    check = asked.first() if trace_id else None
    if check is None:
        return False
    if check.state == CheckState.ASKED:
        _write(check, Verdict(state, trace_id, max(0, label)), now=now)
    return True


def sweep_content_checks(*, now: datetime) -> int:
    """Ask what lost its bell or is due again, give up what nobody answered; return how many reports."""
    late = ContentCheck.objects.filter(state=CheckState.ASKED, next_at__lte=now)
    late.update(state=CheckState.UNAVAILABLE, settled_at=now)
    due = ContentCheck.objects.filter(state__in=UNSETTLED, next_at__lte=now)
    wanted = set(due.order_by("next_at").values_list("report", flat=True)[:SWEEP_BATCH])
    begun = ContentCheck.objects.filter(report=OuterRef("pk"), photo__isnull=True)
    lost = Report.objects.filter(~Exists(begun), publication=Publication.PENDING)
    lost = lost.filter(submitted_at__lt=now - SWEEP_AFTER).order_by("pk")
    wanted.update(lost.values_list("pk", flat=True)[:SWEEP_BATCH])
    for report_id in sorted(wanted):
        check_content(report_id, now=now)
    return len(wanted)


def _open_checks(report: Report, *, now: datetime) -> None:
    """Write a row for the text and one for each photo; what is there stays."""
    photos: list[Photo | None] = [None, *report.photos.order_by("reportphoto__order")]
    ContentCheck.objects.bulk_create(
        (ContentCheck(report=report, photo=photo, next_at=now, created_at=now) for photo in photos),
        ignore_conflicts=True,
    )


def _take_lease(check: ContentCheck, *, now: datetime) -> bool:
    """Count the try before it begins; whoever comes second finds nothing due."""
    due = ContentCheck.objects.filter(pk=check.pk, state=CheckState.WAITING, next_at__lte=now)
    check.attempts += 1
    return due.update(next_at=now + LEASE, attempts=check.attempts) == 1


def _ask(check: ContentCheck, *, now: datetime) -> None:
    report, photo = check.report, check.photo
    if photo is not None:
        _write(check, ask_picture(report.resident, photo, now=now), now=now)
        return
    verdict = ask_text(report.resident, report.text)
    with transaction.atomic():  # an answer that was kept is also an answer that was heeded
        _write(check, verdict, now=now)
        if check.state not in UNSETTLED:
            found = checked_state(report.text)
            state = found if check.state == CheckState.PASSED else Publication.REVIEW
            settle_checks(report.pk, state, now=now)


def _write(check: ContentCheck, verdict: Verdict, *, now: datetime) -> None:
    """Keep the answer; one that is no answer is asked for again while it makes sense."""
    state, next_at = verdict.state, now
    if state == CheckState.WAITING:
        if check.attempts > len(BACK_OFF):
            state = CheckState.UNAVAILABLE
        else:
            next_at = now + timedelta(seconds=BACK_OFF[check.attempts - 1])
    if state == CheckState.ASKED:
        next_at = now + PUSH_PATIENCE
    if state == CheckState.UNAVAILABLE:
        logger.warning("content_check_given_up check=%s attempts=%s", check.pk, check.attempts)
    check.state, check.next_at = state, next_at
    check.trace_id, check.label = verdict.trace_id, verdict.label
    check.settled_at = None if state in UNSETTLED else now
    unsettled = ContentCheck.objects.filter(pk=check.pk, state__in=UNSETTLED)
    unsettled.update(
        state=state,
        next_at=next_at,
        trace_id=check.trace_id,
        label=check.label,
        settled_at=check.settled_at,
    )
