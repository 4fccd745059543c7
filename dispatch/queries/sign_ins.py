"""Who is signed in, and who is locked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from dispatch.models import SignInAttempt, Staff, StaffSession

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class LockedName:
    """A user name with enough recent failures to be refused somewhere."""

    name: str
    failures: int
    last_at: datetime


def live_sessions(*, now: datetime) -> QuerySet[StaffSession]:
    """Return the sessions that are not over, who did something last first."""
    return (
        StaffSession.objects.filter(
            last_seen_at__gt=now - timedelta(minutes=settings.IDLE_MINUTES, seconds=60),
            started_at__gt=now - timedelta(hours=settings.SESSION_HOURS),
        )
        .select_related("user")
        .order_by("-last_seen_at", "-id")
    )


def sessions_of(user: Staff, *, now: datetime) -> Sequence[StaffSession]:
    """Return one account's sessions; capped."""
    return list(live_sessions(now=now).filter(user=user)[:MOST_SHOWN])


def everybodys_sessions(*, name: str, now: datetime) -> Sequence[StaffSession]:
    """Return the sessions of accounts whose user name or name contains ``name``; one over the cap."""
    found = live_sessions(now=now)
    if name:
        found = found.filter(
            Q(user__username__icontains=name) | Q(user__display_name__icontains=name)
        )
    return list(found[: MOST_SHOWN + 1])


def locked_names(*, window: timedelta, limit: int, now: datetime) -> Sequence[LockedName]:
    """Return names that failed ``limit`` times or more within ``window`` at one address."""
    rows = (
        SignInAttempt.objects.filter(at__gt=now - window)
        .values("name", "step", "address")
        .annotate(failures=Count("pk"), last_at=Max("at"))
        .filter(failures__gte=limit)
        .order_by("-last_at")[:MOST_SHOWN]
    )
    merged: dict[str, LockedName] = {}
    for row in rows:
        kept = merged.get(row["name"])
        failures = row["failures"] + (kept.failures if kept else 0)
        last = max(row["last_at"], kept.last_at) if kept else row["last_at"]
        merged[row["name"]] = LockedName(row["name"], failures, last)
    return list(merged.values())


def accounts_with_second_factor(*, name: str) -> Sequence[Staff]:
    """Return whose telephone is bound; capped."""
    found = Staff.objects.exclude(second_factor_at=None).order_by("username")
    if name:
        found = found.filter(Q(username__icontains=name) | Q(display_name__icontains=name))
    return list(found[:MOST_SHOWN])
