"""Celery's doors into the office: ids in, one domain call, nothing else."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from dispatch.domain.timers import run_timers as fire_timers
from dispatch.summary.rollup import fold_all
from dispatch.triage.hotspots.refresh import refresh_hotspots as rebuild_hotspots
from dispatch.triage.pipeline import run_triage
from dispatch.triage.sweep import sweep_untriaged as sweep


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


@shared_task(name="dispatch.run_timers")
def run_timers() -> None:
    """Do what time alone does: bring back, accept, close, archive."""
    fire_timers(now=timezone.now())


@shared_task(name="dispatch.refresh_hotspots", soft_time_limit=300, time_limit=360)
def refresh_hotspots() -> None:
    """Find again what many people report; doing it twice changes nothing."""
    rebuild_hotspots(now=timezone.now())
