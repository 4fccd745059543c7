"""What staff decide about the public page: each decision is written down in the audit trail.

The ticket is locked first everywhere, then its report, then the end of the trail: the order of
``lifecycle.perform``, so that a step at the same ticket waits instead of meeting a deadlock.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from dispatch.models import Ticket
from reports.domain import public_photos, publication
from reports.enums import CheckState, PublicPhotoKind, WithholdReason
from reports.models import ContentCheck, Photo, PublicPhoto, Report, Resident
from reports.queries.public_staff import may_show_photo, reports_showing
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from xiangcun.lib.redaction import Rectangle

PUBLISHES = frozenset({Role.DISPATCHER, Role.LEAD})
_DOUBTFUL = {
    CheckState.WAITING: "微信图片检查还没有结果",
    CheckState.ASKED: "微信图片检查还没有结果",
    CheckState.REVIEW: "微信图片检查建议人工复核",
    CheckState.RISKY: "微信图片检查认为疑似违规",
}


def approve_case(report: Report, *, actor: Actor, now: datetime) -> Report:
    """Show the case to the public, whatever the checks said."""
    _check_role(actor)
    with transaction.atomic():
        ticket = _lock_ticket(report)
        before = report.publication
        report = publication.approve(report.pk, now=now)
        _audit(AuditAction.PUBLISHED, actor, ticket, report, now=now, data={"before": before})
    return report


def withhold_case(
    report: Report, *, reason: WithholdReason, note: str, actor: Actor, now: datetime
) -> Report:
    """Take the case from the public page until somebody approves it."""
    _check_role(actor)
    if reason == WithholdReason.OTHER and not note.strip():
        raise InvalidInputError.of_field("note", "reason_required", "请写明不公开的原因")
    with transaction.atomic():
        ticket = _lock_ticket(report)
        before = report.publication
        report = publication.withhold(report.pk, now=now)
        data = {"before": before, "reason_code": str(reason)}
        words = "：".join(filter(None, [str(reason.label), note.strip()]))
        _audit(AuditAction.UNPUBLISHED, actor, ticket, report, now=now, data=data, reason=words)
    return report


def write_public_words(
    report: Report, *, summary: str, reply: str, actor: Actor, now: datetime
) -> None:
    """Keep the summary and the answer that the public reads; the trail has both."""
    _check_role(actor)
    with transaction.atomic():
        ticket = _lock_ticket(report)
        note = publication.write_note(report.pk, summary=summary, reply=reply, now=now)
        data = {"summary": note.summary, "reply": note.reply}
        _audit(AuditAction.PUBLISHED, actor, ticket, report, now=now, data=data)


def release_photo(
    report: Report,
    photo: Photo,
    *,
    kind: PublicPhotoKind,
    rectangles: Sequence[Rectangle],
    despite_check: bool,
    actor: Actor,
    now: datetime,
) -> PublicPhoto:
    """Show one photo beside the case with the rectangles painted over; again to change them.

    A photo of a result stands with every report of the ticket that shows it to its resident.
    ``photo_check_doubtful`` when the platform's check is against it or not done; staff may overrule it.
    ``publication_refused`` unless the person who took it agreed to have it shown.
    """
    _check_role(actor)
    _check_choice(report, kind)
    doubt = doubt_about(photo)
    if doubt and not despite_check:
        raise ConflictError("photo_check_doubtful", f"{doubt}。确认可以公开的，请勾选后再提交")
    drawing = public_photos.draw_photo(photo, rectangles)
    try:
        return _release(report, photo, drawing, kind=kind, overruled=doubt, actor=actor, now=now)
    except BaseException:
        public_photos.discard_drawing(drawing)
        raise


@transaction.atomic
def _release(
    report: Report,
    photo: Photo,
    drawing: public_photos.Drawing,
    *,
    kind: PublicPhotoKind,
    overruled: str,
    actor: Actor,
    now: datetime,
) -> PublicPhoto:
    ticket = _lock_ticket(report)
    # Their row is locked while we look again: a yes that is taken back meanwhile finds the photo.
    Resident.objects.select_for_update(no_key=True).filter(reports=report.pk).first()
    _check_choice(report, kind)
    known = PublicPhoto.objects.filter(photo=photo).values_list("rectangles", flat=True).first()
    shown = [report.pk]
    if kind == PublicPhotoKind.AFTER:
        shown = reports_showing(photo.pk) or shown
    public = public_photos.release_drawing(photo, drawing, shown, kind=kind, now=now)
    data = {
        "photo": str(photo.pk),
        "kind": str(kind),
        "rectangles": public.rectangles,
        "despite_check": overruled,
    }
    changed = known is not None and known != public.rectangles
    action = AuditAction.PHOTO_REDACTED if changed else AuditAction.PHOTO_RELEASED
    _audit(action, actor, ticket, report, now=now, data=data)
    return public


def withdraw_photo(report: Report, photo_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Take one photo from the public page; its links die with the commit."""
    _check_role(actor)
    with transaction.atomic():
        ticket = _lock_ticket(report)
        public = PublicPhoto.objects.filter(photo=photo_id, reports=report).first()
        if public is None:
            raise NotFoundError("photo_not_public", "这张照片没有公开")
        everywhere = public.kind == PublicPhotoKind.AFTER
        reports = None if everywhere else [report.pk]
        public_photos.withdraw_photo(photo_id, report_ids=reports, now=now)
        data = {"photo": str(photo_id), "kind": public.kind}
        _audit(AuditAction.UNPUBLISHED, actor, ticket, report, now=now, data=data)


def doubt_about(photo: Photo) -> str:
    """Return what the platform's check has against a photo, "" for nothing (one query)."""
    states = ContentCheck.objects.filter(photo=photo).values_list("state", flat=True)
    worst = [text for state, text in _DOUBTFUL.items() if state in set(states)]
    return worst[-1] if worst else ""


def _check_role(actor: Actor) -> None:
    if not actor.roles & PUBLISHES:
        raise NotAllowedError("role_not_allowed", "公开内容由指挥室坐席或值班领导决定")


def _check_choice(report: Report, kind: PublicPhotoKind) -> None:
    if not may_show_photo(report, kind):
        raise ConflictError("publication_refused", "上报人没有同意公开照片，不能公开")


def _lock_ticket(report: Report) -> Ticket | None:
    return (
        Ticket.objects.select_for_update(no_key=True, of=("self",))
        .filter(ticket_reports__report=report)
        .first()
    )


def _audit(
    action: AuditAction,
    actor: Actor,
    ticket: Ticket | None,
    report: Report,
    *,
    now: datetime,
    data: Mapping[str, Any],
    reason: str = "",
) -> None:
    record_audit(
        action,
        actor=actor.user,
        now=now,
        ticket=ticket,
        report=report,
        reason=reason,
        data=data,
    )
