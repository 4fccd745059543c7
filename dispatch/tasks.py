"""Celery's doors into the office: ids in, one domain call, nothing else."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from dispatch.domain.alarms import escalate_alarms as pass_to_leads
from dispatch.domain.learning import TRAINING_TASK
from dispatch.domain.sessions import sweep_sign_ins as sweep_sessions
from dispatch.domain.timers import run_timers as fire_timers
from dispatch.queries.classifiers import targets_are_stale
from dispatch.summary.rollup import fold_all
from dispatch.triage.hotspots.refresh import refresh_hotspots as rebuild_hotspots
from dispatch.triage.pipeline import run_triage
from dispatch.triage.rule_watch import watch_rules as watch
from dispatch.triage.sweep import sweep_untriaged as sweep
from dispatch.triage.training import TASK_SECONDS
from dispatch.triage.training import train_classifier as train_from_decisions
from xiangcun.lib import bell


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


@shared_task(name="dispatch.run_timers")
def run_timers() -> None:
    """Do what time alone does: bring back, accept, close, archive."""
    fire_timers(now=timezone.now())


@shared_task(name="dispatch.escalate_alarms")
def escalate_alarms() -> None:
    """Pass alarms that nobody acknowledged to the leads on duty."""
    pass_to_leads(now=timezone.now())


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


@shared_task(name="dispatch.sweep_sign_ins")
def sweep_sign_ins() -> None:
    """Delete sessions that are over, and failures that no longer count."""
    sweep_sessions(now=timezone.now())
