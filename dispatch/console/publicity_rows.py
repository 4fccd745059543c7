"""公开审核 as the screens show it: badges, reasons to look, and what the public would see."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.wording import moment_text
from dispatch.domain.publicity import doubt_about
from dispatch.queries.publicity import TABS, Tab
from reports.domain.word_check import Suspicion, suspicions
from reports.enums import CheckState, PhotoStatus, Publication, PublicPhotoKind, PublicStatus
from reports.models import ContentCheck, Report
from reports.queries.photo_links import MEDIUM, photo_url
from reports.queries.public_case import PublicCase
from reports.queries.public_staff import Candidate
from xiangcun.lib.text import mask_contacts

_EXCERPT = 80
_COUNT_CAP = 100
GATE_TONE = {
    Publication.PENDING: "info",
    Publication.CLEAR: "success",
    Publication.REVIEW: "warning",
    Publication.APPROVED: "success",
    Publication.WITHHELD: "danger",
    Publication.REFUSED: "danger",
}
_CHECK_WORDS = {
    CheckState.WAITING: gettext_lazy("微信检查：等待"),
    CheckState.ASKED: gettext_lazy("微信检查：等待结果"),
    CheckState.PASSED: gettext_lazy("微信检查：通过"),
    CheckState.REVIEW: gettext_lazy("微信检查：建议复核"),
    CheckState.RISKY: gettext_lazy("微信检查：疑似违规"),
    CheckState.UNAVAILABLE: gettext_lazy("微信检查：未能检查"),
}


def tabs_of(counts: dict[str, int], active: Tab) -> list[dict[str, Any]]:
    """Return the tabs with their numbers."""
    base = reverse("publicity")
    return [
        {
            "label": tab.title,
            "count": f"{_COUNT_CAP - 1}+" if counts[tab.code] >= _COUNT_CAP else counts[tab.code],
            "url": base if tab is TABS[0] else f"{base}?tab={tab.code}",
            "active": tab is active,
            "alarm": tab is TABS[0] and counts[tab.code] > 0,
        }
        for tab in TABS
    ]


def list_row(report: Report) -> dict[str, Any]:
    """Return a line of the list; the words are masked, no line tells who wrote them."""
    note = getattr(report, "public_note", None)
    return {
        "number": report.number,
        "pk": report.pk,
        "url": reverse("publicity-report", args=(report.pk,)),
        "text": Truncator(mask_contacts(report.text)).chars(_EXCERPT),
        "category": report.category.name if report.category else _("未定"),
        "village": report.grid.village_name if report.grid else "",
        "status": PublicStatus(report.public_status).label,
        "at": moment_text(report.submitted_at),
        "published": moment_text(report.published_at),
        "gate": gate_badge(report),
        "reasons": [reason_text(row) for row in suspicions(report.text)],
        "summary": note.summary if note else "",
    }


def gate_badge(report: Report) -> dict[str, str]:
    """Return whether the public sees the case, and if not why."""
    gate = Publication(report.publication)
    if report.published_at is not None:
        return {"label": _("已公开"), "tone": "success"}
    if gate in {Publication.CLEAR, Publication.APPROVED}:
        return {"label": _("未公开：分类或状态不公开"), "tone": "plain"}
    return {"label": str(gate.label), "tone": GATE_TONE[gate]}


def reason_text(found: Suspicion) -> str:
    """Return a reason to look, with the words."""
    words = "、".join(found.words)
    return f"{found.label}（{words}）" if words else found.label


def check_text(check: ContentCheck | None) -> str:
    """Return what the platform said about the words, "" when it was not asked."""
    return str(_CHECK_WORDS[CheckState(check.state)]) if check else ""


def public_card(case: PublicCase) -> dict[str, Any]:
    """Return the case as the public reads it."""
    shown = case.case
    return {
        "summary": shown.summary,
        "village": shown.village or _("未定"),
        "category": shown.category.name if shown.category else _("未定"),
        "status": PublicStatus(shown.status).label,
        "department": shown.department_name,
        "place": _("只有文字描述，地图上不显示")
        if shown.lat is None
        else f"{shown.lat:.3f}, {shown.lng:.3f}",
        "steps": [{"day": step.day, "text": step.text} for step in case.steps],
        "reply": case.reply,
    }


def photo_row(report: Report, row: Candidate, *, agreed: bool) -> dict[str, Any]:
    """Return a photo with its release and what speaks against it.

    ``agreed`` says whether the resident wants photos of theirs shown.
    """
    ready = row.photo.status == PhotoStatus.READY
    args = (report.pk, row.photo.pk)
    return {
        "url": reverse("publicity-photo", args=args),
        "withdraw_url": reverse("publicity-photo-withdraw", args=args),
        "thumbnail": photo_url(row.photo, MEDIUM) if row.public is None else "",
        "preview": f"{reverse('publicity-photo-preview', args=args)}?v={row.public.token[:8]}"
        if row.public
        else "",
        "kind": PublicPhotoKind(row.kind).label,
        "public": row.public is not None,
        "rectangles": len(row.public.rectangles) if row.public else 0,
        "ready": ready,
        "allowed": agreed or row.kind == PublicPhotoKind.AFTER,
        "check": str(_CHECK_WORDS[row.check]) if row.check else "",
        "doubtful": row.check not in {None, CheckState.PASSED, CheckState.UNAVAILABLE},
    }


def doubt_of(row: Candidate) -> str:
    """Return the sentence to be confirmed before a doubtful photo is shown."""
    return doubt_about(row.photo)
