"""The cases behind the triage quality pages, and the warning for the lead's start page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.quality_forms import QualityForm, Range
from dispatch.queries import triage_quality as reads
from dispatch.summary.quality import Accuracy, Case, bad_weeks, build_cases, monday

WARNED_WEEKS = 4
_KEPT_SECONDS = 600
_WARNING_KEY = "triage-quality-warning"


@dataclass(frozen=True, slots=True)
class View:
    """What a page of triage quality is made of."""

    form: QualityForm
    chosen: Range
    cases: list[Case]
    capped: bool
    target: float


def read_view(query: QueryDict, *, now: datetime) -> View:
    """Read the cases that the address asks for; wrong input falls back to the default."""
    form = QualityForm(query)
    openings = reads.openings_since(form.since(now=now))
    form.offer_versions(sorted({opening.version for opening in openings}))
    chosen = form.chosen(now=now)
    cases = [
        case
        for case in read_cases(openings)
        if case.first.startswith(chosen.category)
        and (not chosen.version or case.version == chosen.version)
    ]
    capped = len(openings) >= reads.MAX_RUNS
    return View(form, chosen, cases, capped, reads.target_accuracy())


def read_cases(openings: Sequence[reads.Opening]) -> list[Case]:
    """Return the cases of the openings (one more query)."""
    if not openings:
        return []
    pks = [opening.ticket_id for opening in openings]
    return build_cases(openings, reads.moves_between(min(pks), max(pks)))


def warning_text(week: date, found: Accuracy, *, target: float) -> str:
    """Say which week was below the target, by how much, and on how many tickets that rests."""
    good = found.right + found.signed
    return _(
        "%(week)s 起的一周，自动派单 %(total)d 件中有 %(wrong)d 件判定有误，准确率明显低于要求的 %(target)s"
    ) % {
        "week": week.isoformat(),
        "total": good + found.wrong,
        "wrong": found.wrong,
        "target": f"{target:.1%}",
    }


def warnings_of(cases: Sequence[Case], *, target: float) -> list[dict[str, Any]]:
    """Return one line a bad week, latest first."""
    return [
        {"week": week.isoformat(), "text": warning_text(week, found, target=target)}
        for week, found in bad_weeks(cases, target=target)
    ]


def recent_warnings(*, now: datetime) -> list[dict[str, Any]]:
    """Return the warnings of the last weeks, read at most every ten minutes: a start page opens often."""
    kept: list[dict[str, Any]] | None = cache.get(_WARNING_KEY)
    if kept is None:
        first = monday(timezone.localdate(now)) - timedelta(weeks=WARNED_WEEKS - 1)
        since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
        cases = read_cases(reads.openings_since(since))
        kept = warnings_of(cases, target=reads.target_accuracy())
        cache.set(_WARNING_KEY, kept, _KEPT_SECONDS)
    return kept
