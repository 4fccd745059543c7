"""Reading briefs: the list, one issue, its versions and files. What may be read is decided here."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from dispatch.enums import SIGNED_STATUSES, BriefStatus, NotificationKind
from dispatch.models import Brief, BriefFile, BriefVersion, Notification, Ticket
from xiangcun.lib.workdays import SHANGHAI

PAGE_SIZE = 30


def brief_page(
    *, signed_only: bool, kind: str = "", after: tuple[date, int] | None = None
) -> list[Brief]:
    """Return up to a page and one more, latest first; ``after`` is the key of the last one seen."""
    rows = readable_briefs(signed_only=signed_only).select_related("editor", "signer")
    if kind:
        rows = rows.filter(kind=kind)
    if after:
        day, pk = after
        rows = rows.filter(last__lte=day).exclude(last=day, pk__gte=pk)
    return list(rows.order_by("-last", "-pk")[: PAGE_SIZE + 1])


def readable_briefs(*, signed_only: bool) -> QuerySet[Brief]:
    """Return the issues a person may know of."""
    rows = Brief.objects.all()
    return rows.filter(status__in=SIGNED_STATUSES) if signed_only else rows


def latest_version(brief: Brief) -> BriefVersion:
    """Return the newest version with its figures."""
    return brief.versions.select_related("snapshot").get(number=brief.version)


def brief_versions(brief: Brief) -> list[BriefVersion]:
    """Return every version, newest first, with figures and maker."""
    return list(brief.versions.select_related("snapshot", "maker").order_by("-number"))


def files_of(version: BriefVersion) -> list[BriefFile]:
    """Return the files of a version that were asked for."""
    return list(version.files.order_by("pk"))


def sent_counts(brief: Brief) -> dict[str, int]:
    """Return how many people and outside mailboxes the issue's last round was sent to."""
    rows = Notification.objects.filter(
        key__startswith=f"brief/{brief.pk}/{brief.round}/", kind=NotificationKind.BRIEF
    ).exclude(key__startswith=f"brief/{brief.pk}/{brief.round}/withdrawn")
    return {
        "people": rows.filter(channel="inbox").count(),
        "mails": rows.filter(channel="email").count(),
        "failed": rows.filter(state="stuck").count(),
    }


def waiting_briefs() -> int:
    """Return how many drafts and submitted issues there are (for the list's head)."""
    return Brief.objects.filter(status__in=[BriefStatus.DRAFT, BriefStatus.SUBMITTED]).count()


def first_ticket_day() -> date | None:
    """Return the day of the first ticket ever: before it there is nothing to report."""
    opened = Ticket.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    return opened.astimezone(SHANGHAI).date() if opened else None
