"""The lists of 公开审核: what waits for a person, what the public sees, what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from dispatch.queries.access import Viewer, visible_reports
from reports.enums import Publication
from reports.models import Report

COUNT_CAP = 100
PAGE = 30


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: its name in the address, its title, and which reports stand in it."""

    code: str
    title: str
    rows: Callable[[QuerySet[Report]], QuerySet[Report]]


def _held(rows: QuerySet[Report]) -> QuerySet[Report]:
    return rows.filter(publishable=True, published_at__isnull=True)


TABS = (
    Tab("review", "待审核", lambda rows: _held(rows).filter(publication=Publication.REVIEW)),
    Tab("pending", "检查中", lambda rows: _held(rows).filter(publication=Publication.PENDING)),
    Tab("public", "已公开", lambda rows: rows.filter(published_at__isnull=False)),
    Tab("withheld", "不公开", lambda rows: _held(rows).filter(publication=Publication.WITHHELD)),
    Tab("refused", "居民不同意", lambda rows: _held(rows).filter(publication=Publication.REFUSED)),
)


def reviewable_reports(viewer: Viewer) -> QuerySet[Report]:
    """Return the reports whose public page ``viewer`` may decide about; no confidential matter."""
    return visible_reports(viewer).filter(ticket_report__ticket__confidential=False)


def tab_page(viewer: Viewer, tab: Tab, *, before: int | None) -> list[Report]:
    """Return a page of a list, newest first, one more than ``PAGE`` where there is a further page."""
    rows = tab.rows(reviewable_reports(viewer))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("category", "grid", "ticket_report__ticket", "public_note")
    return list(rows.order_by("-pk")[: PAGE + 1])


def tab_counts(viewer: Viewer) -> dict[str, int]:
    """Return how many stand in each list, at most ``COUNT_CAP`` (one query a list)."""
    scope = reviewable_reports(viewer)
    return {tab.code: tab.rows(scope)[:COUNT_CAP].count() for tab in TABS}


def review_count(viewer: Viewer) -> int:
    """Return how many cases wait for a person, at most ``COUNT_CAP`` (one query)."""
    return TABS[0].rows(reviewable_reports(viewer))[:COUNT_CAP].count()
