"""One public case with its neutral history, and the few figures above the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.models import OPEN_STATUSES, Report, ReportUpdate
from reports.queries.public import PublicReport, not_joined, present, public_row
from reports.queries.public_words import PublicStep, public_steps
from xiangcun.lib.errors import NotFoundError

STATS_DAYS = 30
STATS_SECONDS = 60
_STATS_KEY = "public-stats"


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What the page of one case shows; ``reply`` is the office's answer where staff released one."""

    case: PublicReport
    steps: list[PublicStep]
    reply: str
    can_join: bool


@dataclass(frozen=True, slots=True)
class PublicStats:
    """Open cases now and those closed since a day; both of published cases only."""

    open: int
    closed: int
    since: date


def public_case(number: str) -> PublicCase:
    """Return a published case; ``public_report_not_found`` for whatever is not, without saying why."""
    row = public_row(number)
    if row is None:
        raise NotFoundError("public_report_not_found", _("没有找到这件公开的事项"))
    return public_view(row)


def public_view(row: Report) -> PublicCase:
    """Return what the public sees, or would see, of a row."""
    lines = ReportUpdate.objects.filter(report=row).order_by("at", "id")
    note = getattr(row, "public_note", None)
    return PublicCase(
        case=present(row),
        steps=public_steps(row.submitted_at, lines.values_list("at", "status")),
        reply=note.reply if note else "",
        can_join=row.public_status in OPEN_STATUSES,
    )


def public_stats(*, now: datetime) -> PublicStats:
    """Return the figures, at most a minute old (one query over the index of published rows)."""
    kept = cache.get(_STATS_KEY)
    if isinstance(kept, PublicStats):
        return kept
    since = timezone.localtime(now - timedelta(days=STATS_DAYS)).date()
    start = timezone.make_aware(datetime.combine(since, datetime.min.time()))
    counts = not_joined(Report.objects.filter(published_at__isnull=False)).aggregate(
        open=Count("pk", filter=Q(public_status__in=OPEN_STATUSES)),
        closed=Count("pk", filter=Q(closed_at__gte=start)),
    )
    stats = PublicStats(counts["open"], counts["closed"], since)
    cache.set(_STATS_KEY, stats, STATS_SECONDS)
    return stats
