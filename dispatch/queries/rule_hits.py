"""What the list of routing rules shows about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, Sum
from django.utils import timezone

from dispatch.models import RuleFault, RuleHit

RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """Hits of a rule in all and in the last 30 local days, and how often it was skipped in these."""

    total: int = 0
    recent: int = 0
    last_at: datetime | None = None
    skips: int = 0
    skipped_at: datetime | None = None
    skip_reason: str = ""


def rule_records(*, now: datetime) -> dict[int, RuleRecord]:
    """Return the record of every rule that was ever met (two queries)."""
    since = timezone.localtime(now).date() - timedelta(days=RECENT_DAYS - 1)
    recent = Q(day__gte=since)
    rows = RuleHit.objects.values_list("rule_id").annotate(
        total=Sum("hits"),
        recent=Sum("hits", filter=recent),
        last_at=Max("hit_at"),
        skips=Sum("skips", filter=recent),
        skipped_at=Max("skipped_at", filter=recent),
    )
    reasons = _latest_reasons(since)
    return {
        rule_id: RuleRecord(total, month or 0, last, skips or 0, skipped, reasons.get(rule_id, ""))
        for rule_id, total, month, last, skips, skipped in rows
    }


def _latest_reasons(since: date) -> dict[int, str]:
    rows = RuleHit.objects.filter(day__gte=since, skips__gt=0).order_by("day")
    return dict(rows.values_list("rule_id", "skip_reason"))


def faults_since() -> dict[int, datetime]:
    """Return rule id → since when its fault is known (one query)."""
    return dict(RuleFault.objects.values_list("rule_id", "since"))
