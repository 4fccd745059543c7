"""Topics, polls and letters as the office lists them; never who supports or votes."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from dispatch.queries.access import Viewer, visible_reports
from reports.enums import LETTERS, ReportKind
from reports.models import Poll, Report, Topic
from reports.voice_enums import TopicState

PAGE = 30
OFFERED_TOPICS = 50


def letters(viewer: Viewer) -> QuerySet[Report]:
    """Return opinions, consultations and praise that ``viewer`` may list; no confidential matter."""
    rows = visible_reports(viewer).filter(kind__in=LETTERS)
    return rows.filter(ticket_report__ticket__confidential=False)


def letter_page(viewer: Viewer, *, only: str, before: int | None) -> list[Report]:
    """Return a page of letters, newest first, one more than ``PAGE`` where there is a further page.

    ``only``: ``free`` for opinions without a topic, ``topic`` for those with one, "" for every letter.
    """
    rows = letters(viewer)
    if only == "free":
        rows = rows.filter(kind=ReportKind.OPINION, topic_links__isnull=True)
    elif only == "topic":
        rows = rows.filter(topic_links__isnull=False).distinct()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("ticket_report__ticket", "grid").prefetch_related("topics")
    return list(rows.order_by("-pk")[: PAGE + 1])


def topic_page(*, before: int | None) -> list[Topic]:
    """Return a page of topics, newest first, as above; each with ``letters``, how many it comes from."""
    rows = Topic.objects.annotate(letters=Count("report_links"))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE + 1])


def poll_page(*, before: int | None) -> list[Poll]:
    """Return a page of polls, newest first, as above."""
    rows = Poll.objects.prefetch_related("options")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE + 1])


def topics_to_join() -> list[Topic]:
    """Return topics that an opinion may still be added to, the newest first."""
    rows = Topic.objects.filter(state__in=(TopicState.DRAFT, TopicState.OPEN))
    return list(rows.order_by("-pk")[:OFFERED_TOPICS])
