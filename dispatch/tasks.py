"""Celery's doors into the office: ids in, one domain call, nothing else."""

from __future__ import annotations

import logging
import uuid

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from dispatch.domain.alarm_notices import announce_lost_alarms
from dispatch.domain.alarms import escalate_alarms as pass_to_leads
from dispatch.domain.brief_files import fail_file, sweep_files
from dispatch.domain.brief_sending import send_briefs
from dispatch.domain.calendar_rounds import recompute_dues as follow_calendar
from dispatch.domain.calendar_rounds import sweep_changes
from dispatch.domain.claims import clean_claims as remove_claims
from dispatch.domain.digest import write_digests
from dispatch.domain.exports import fail_export
from dispatch.domain.exports import run_export as write_export
from dispatch.domain.exports import sweep_exports as tidy_exports
from dispatch.domain.learning import TRAINING_TASK
from dispatch.domain.outbox import channels_due, deliver_channel, requeue_lapsed
from dispatch.domain.resident_reminders import remind_residents as remind
from dispatch.domain.retention import purge_notifications as purge
from dispatch.domain.sessions import sweep_sign_ins as sweep_sessions
from dispatch.domain.spreading import is_waiting, spread_announcements
from dispatch.domain.timers import deal_cards as deal_due_cards
from dispatch.domain.timers import run_timers as fire_timers
from dispatch.domain.voices import freeze_due
from dispatch.queries.classifiers import targets_are_stale
from dispatch.summary.briefs.schedule import draft_due_briefs
from dispatch.summary.insights.refresh import refresh_insights as rebuild_insights
from dispatch.summary.rollup import fold_all
from dispatch.triage.hotspots.refresh import refresh_hotspots as rebuild_hotspots
from dispatch.triage.pipeline import run_triage
from dispatch.triage.rule_watch import watch_rules as watch
from dispatch.triage.sweep import sweep_untriaged as sweep
from dispatch.triage.training import TASK_SECONDS
from dispatch.triage.training import train_classifier as train_from_decisions
from xiangcun.lib import bell
from xiangcun.lib.errors import FontMissingError

logger = logging.getLogger(__name__)
EXPORT_SECONDS = 900


@shared_task(name="dispatch.triage_report")
def triage_report(report_id: int) -> None:
    """Triage one report; doing it again changes nothing."""
    run_triage(report_id, now=timezone.now())


@shared_task(name="dispatch.sweep_untriaged")
def sweep_untriaged() -> None:
    """Triage reports whose bell was lost."""
    sweep(now=timezone.now())


@shared_task(name="dispatch.fold_events")
def fold_events() -> None:
    """Add what happened since the last time to the summary's tallies."""
    fold_all(now=timezone.now())


@shared_task(name="dispatch.watch_rules")
def watch_rules() -> None:
    """Count what the routing rules did, and note which of them are broken."""
    watch(now=timezone.now())


@shared_task(name="dispatch.clean_claims")
def clean_claims() -> None:
    """Remove claims of the triage desk that have run out; they hold nothing any more."""
    remove_claims(now=timezone.now())


@shared_task(name="dispatch.run_timers")
def run_timers() -> None:
    """Do what time alone does: remind, bring back, accept, close, archive."""
    remind(now=timezone.now())
    fire_timers(now=timezone.now())


@shared_task(name="dispatch.deal_cards")
def deal_cards() -> None:
    """Show yellow and red cards, and call for the review of suspensions."""
    deal_due_cards(now=timezone.now())


@shared_task(name="dispatch.escalate_alarms")
def escalate_alarms() -> None:
    """Pass alarms that nobody acknowledged to the leads on duty."""
    pass_to_leads(now=timezone.now())


@shared_task(name="dispatch.recompute_dues")
def recompute_dues(change_id: int) -> None:
    """Let the open due dates follow a change of the calendar; doing it again changes nothing."""
    follow_calendar(change_id, now=timezone.now())


@shared_task(name="dispatch.sweep_calendar")
def sweep_calendar() -> None:
    """Go on with changes of the calendar whose bell was lost, and look a second time."""
    sweep_changes(now=timezone.now())


# Acknowledged when it begins: a training that is killed is not begun again, the next night does it.
@shared_task(
    name="dispatch.train_classifier",
    acks_late=False,
    soft_time_limit=TASK_SECONDS - 30,
    time_limit=TASK_SECONDS,
)
def train_classifier() -> None:
    """Train on the decisions so far and put a clear winner to use; the same data changes nothing."""
    train_from_decisions(now=timezone.now())


@shared_task(name="dispatch.sweep_targets")
def sweep_targets() -> None:
    """Ring for the training whose bell was lost after the operator set other targets."""
    if targets_are_stale():
        bell.ring(TRAINING_TASK)


@shared_task(name="dispatch.refresh_hotspots", soft_time_limit=300, time_limit=360)
def refresh_hotspots() -> None:
    """Find again what many people report; doing it twice changes nothing."""
    rebuild_hotspots(now=timezone.now())


@shared_task(name="dispatch.refresh_insights", soft_time_limit=300, time_limit=360)
def refresh_insights() -> None:
    """Find again what rises, repeats, waits and will be late; doing it twice changes nothing."""
    rebuild_insights(now=timezone.now())


@shared_task(name="dispatch.sweep_sign_ins")
def sweep_sign_ins() -> None:
    """Delete sessions that are over, and failures that no longer count."""
    sweep_sessions(now=timezone.now())


@shared_task(name="dispatch.spread_notifications")
def spread_notifications() -> None:
    """Write the deliveries of what was announced, and ring for the channels."""
    spread_announcements(now=timezone.now())
    ring_channels()
    if is_waiting():
        bell.ring("dispatch.spread_notifications")


@shared_task(name="dispatch.sweep_notifications")
def sweep_notifications() -> None:
    """Find what lost its bell: announcements, dead workers' messages, alarms nobody was told of."""
    now = timezone.now()
    requeue_lapsed(now=now)
    announce_lost_alarms(now=now)
    spread_notifications()


@shared_task(name="dispatch.deliver_channel")
def deliver(setting_id: int) -> None:
    """Send what is due on one channel; it may wait for a server that hangs."""
    deliver_channel(setting_id, now=timezone.now())


@shared_task(name="dispatch.deliver_urgent")
def deliver_urgent(setting_id: int) -> None:
    """Send alarms on one channel, beside whatever else its queue is busy with."""
    deliver_channel(setting_id, now=timezone.now(), urgent=True)


@shared_task(name="dispatch.write_digests")
def write_morning_digests() -> None:
    """Write the morning's figures on a working day; once, however often it runs."""
    write_digests(now=timezone.now())
    ring_channels()


@shared_task(name="dispatch.purge_notifications")
def purge_notifications() -> None:
    """Delete what is older than anybody looks."""
    purge(now=timezone.now())


def ring_channels() -> None:
    """Ring for every channel with something due: alarms on the fast queue."""
    for setting_id, urgent in channels_due(now=timezone.now()):
        if urgent:
            bell.ring("dispatch.deliver_urgent", setting_id)
        bell.ring("dispatch.deliver_channel", setting_id)


# Acknowledged when it begins: a worker that died is noticed by its silence, not by the broker.
@shared_task(
    name="dispatch.run_export",
    acks_late=False,
    soft_time_limit=EXPORT_SECONDS - 30,
    time_limit=EXPORT_SECONDS,
)
def run_export(job_id: str) -> None:
    """Write the file of one large export; one that is done or cancelled is left alone."""
    job = uuid.UUID(job_id)
    try:
        write_export(job, clock=timezone.now)
    except SoftTimeLimitExceeded:
        fail_export(job, message="导出超过 15 分钟，请缩小范围后再试", now=timezone.now())
    except Exception:
        logger.exception("export_failed job=%s", job_id)
        fail_export(job, message="导出出错，请稍后再试；仍不行请联系系统管理员", now=timezone.now())


@shared_task(name="dispatch.sweep_exports")
def sweep_exports() -> None:
    """Ring again for exports whose bell or worker was lost; throw away old files."""
    tidy_exports(now=timezone.now())


@shared_task(name="dispatch.draft_briefs", soft_time_limit=170, time_limit=180)
def draft_briefs() -> None:
    """Draft the briefs that are due on this working morning; twice is once."""
    draft_due_briefs(now=timezone.now())


@shared_task(name="dispatch.send_briefs")
def send_signed_briefs() -> None:
    """Send signed briefs to their subscribers, once each."""
    if send_briefs(now=timezone.now()):
        ring_channels()


@shared_task(name="dispatch.freeze_polls")
def freeze_polls() -> None:
    """Write down for good what closed polls have counted."""
    freeze_due(now=timezone.now())


@shared_task(name="dispatch.sweep_briefs")
def sweep_briefs() -> None:
    """Find signed briefs and files whose bell or worker was lost."""
    sweep_files(now=timezone.now())
    send_signed_briefs()


# Acknowledged when it begins, as any export: a worker that died is noticed by its silence.
@shared_task(name="dispatch.draw_brief", acks_late=False, soft_time_limit=110, time_limit=120)
def draw_brief_file(file_id: int) -> None:
    """Draw one file of a brief; one that is done or under way is left alone."""
    # Here and not above: Matplotlib and the typesetters cost 60 MB, and only this task draws.
    from dispatch.summary.briefs.drawing import draw_file  # noqa: PLC0415

    try:
        draw_file(file_id, clock=timezone.now)
    except FontMissingError as error:
        fail_file(file_id, message=error.message, now=timezone.now())
    except SoftTimeLimitExceeded:
        fail_file(file_id, message="生成超过 2 分钟，请稍后再试", now=timezone.now())
    except Exception:
        logger.exception("brief_file_failed file=%s", file_id)
        fail_file(
            file_id, message="生成出错，请稍后再试；仍不行请联系系统管理员", now=timezone.now()
        )
