"""What a resident does with a report after sending it: six actions, one door."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.photos import claim_photos
from reports.domain.senders import NOBODY, Sender, check_sender
from reports.enums import PublicStatus, ResidentAction, UpdateKind
from reports.models import Rating, Report, ReportUpdate, Resident
from reports.queries.mine import unknown_report
from reports.signals import resident_acted
from xiangcun.lib.errors import ConflictError

TOWNSHIP_ZONE = ZoneInfo("Asia/Shanghai")
Payload = Mapping[str, object]


def act(
    report: Report,
    action: ResidentAction,
    *,
    payload: Payload,
    now: datetime,
    sender: Sender = NOBODY,
    client_id: uuid.UUID | None = None,
) -> Report:
    """Carry out a resident's action, once per ``client_id``; return the report as it is afterwards.

    A supplement may carry a ``client_id`` of the phone: sent again on a bad line it is the same one,
    whatever has become of the case meanwhile. The same ``client_id`` with other words or photos raises
    ``idempotency_conflict``.
    """
    try:
        if client_id is not None and _known(report, action, payload, client_id):
            return Report.objects.get(pk=report.pk)
        return _act(report, action, payload=payload, now=now, sender=sender, client_id=client_id)
    except IntegrityError:
        # Two at the same moment: the unique line decided, and the other one is the answer.
        if client_id is None or not _known(report, action, payload, client_id):
            raise
        return Report.objects.get(pk=report.pk)


def _known(report: Report, action: ResidentAction, payload: Payload, client_id: uuid.UUID) -> bool:
    """Whether this line is here already; raise when it says something else."""
    line = ReportUpdate.objects.filter(report=report, client_id=client_id).first()
    if line is None:
        return False
    photos = {str(key) for key in line.photos.values_list("pk", flat=True)}
    if line.text != _words(action, payload) or photos != set(_photo_words(payload)):
        raise ConflictError(
            "idempotency_conflict", _("同一编号的补充内容不一致，请返回重新填写后再提交")
        )
    return True


@transaction.atomic
def _act(
    report: Report,
    action: ResidentAction,
    *,
    payload: Payload,
    now: datetime,
    sender: Sender,
    client_id: uuid.UUID | None,
) -> Report:
    """Do it: all of it or nothing.

    Payload by action: supplement ``{text, photos: [uuid str]}``, withdraw ``{reason}``, urge
    ``{text}``, rate ``{solved, score, comment}``, reopen ``{reason}``, ask_lead ``{text}``. Our rows are written first,
    then ``resident_acted`` lets the office change the case or refuse: its ``DomainError`` undoes
    everything. Raises ``ConflictError`` ``action_not_allowed``, ``urged_today``, ``already_rated``, and
    ``sender_blocked`` for what a restricted sender adds unasked; what is theirs to decide (withdraw,
    answer, rate, reopen) stays theirs.

    Locks are taken in one order everywhere: the person first, as an erasure does, then the ticket (the
    office's receiver does), then its reports. So our rows before the signal are inserts only and the
    report itself is updated after. Whose report it is no more (erased on another phone) knows it no more.
    """
    current = _still_theirs(report)
    if action.value not in current.allowed_actions:
        raise _not_allowed(current, action)
    asked = current.public_status == PublicStatus.NEED_INFO
    if action in _RESTRICTED and not asked:
        words = str(payload.get("text") or "")
        check_sender(_person(current), sender, text=words, now=now)
    line = _write_line(current, action, payload, now=now, client_id=client_id)
    _RECORDERS[action](current, line, payload, now)
    resident_acted.send(sender=Report, report=current, action=action, payload=payload, now=now)
    if action is ResidentAction.URGE:
        _count_urge(current, now=now)
    return _settle(current, line, now=now)


def _still_theirs(report: Report) -> Report:
    """Return the row as it is, its person held: an erasure comes before this action or after it."""
    if report.resident_id is None:
        return Report.objects.get(pk=report.pk)
    people = Resident.objects.filter(pk=report.resident_id, erased_at__isnull=True)
    held = people.select_for_update(no_key=True).values_list("pk", flat=True).first()
    current = Report.objects.get(pk=report.pk)
    if held is None or current.resident_id != held:
        raise unknown_report()
    return current


def _not_allowed(report: Report, action: ResidentAction) -> ConflictError:
    status = PublicStatus(report.public_status).label
    return ConflictError(
        "action_not_allowed",
        _("这件上报目前是“%(status)s”，不能%(action)s")
        % {"status": status, "action": action.label},
    )


def _write_line(
    report: Report,
    action: ResidentAction,
    payload: Payload,
    *,
    now: datetime,
    client_id: uuid.UUID | None,
) -> ReportUpdate:
    return ReportUpdate.objects.create(
        report=report,
        client_id=client_id,
        at=now,
        kind=_kind(report, action),
        status=report.public_status,
        text=_words(action, payload),
    )


def _kind(report: Report, action: ResidentAction) -> UpdateKind:
    """Return the line's kind: to reopen what was refused is to appeal."""
    if action is ResidentAction.REOPEN and report.public_status == PublicStatus.REJECTED:
        return UpdateKind.APPEAL
    return UpdateKind(action.value)


def _words(action: ResidentAction, payload: Payload) -> str:
    """Return the line as the timeline shows it."""
    if action is ResidentAction.RATE:
        solved = _("已解决") if payload["solved"] else _("未解决")
        head = _("评价：%(solved)s，%(score)s 分") % {"solved": solved, "score": payload["score"]}
        comment = str(payload.get("comment") or "")
        return f"{head}。{comment}" if comment else head
    key = "text" if action in _SPEAKING else "reason"
    return str(payload.get(key) or "") or str(_DEFAULT_WORDS[action])


def _settle(report: Report, line: ReportUpdate, *, now: datetime) -> Report:
    """Let the line carry the status that the action led to."""
    Report.objects.filter(pk=report.pk).update(updated_at=now)
    report.refresh_from_db()
    if line.status != report.public_status:
        ReportUpdate.objects.filter(pk=line.pk).update(status=report.public_status)
    return report


def _record_supplement(report: Report, line: ReportUpdate, payload: Payload, now: datetime) -> None:
    ids = [uuid.UUID(text) for text in _photo_words(payload)]
    if ids:
        claim_photos(ids, resident=_person(report), now=now)
        link = ReportUpdate.photos.through
        link.objects.bulk_create(link(reportupdate_id=line.pk, photo_id=key) for key in ids)


def _photo_words(payload: Payload) -> list[str]:
    given = payload.get("photos")
    texts: Sequence[object] = given if isinstance(given, list | tuple) else ()
    return [str(text) for text in texts]


def _person(report: Report) -> Resident | None:
    return Resident(pk=report.resident_id) if report.resident_id else None


def _count_urge(report: Report, *, now: datetime) -> None:
    """Count one urge a local day; the conditional UPDATE decides between two at once."""
    today = now.astimezone(TOWNSHIP_ZONE).date()
    not_today = Q(last_urged_on__isnull=True) | Q(last_urged_on__lt=today)
    if not Report.objects.filter(not_today, pk=report.pk).update(last_urged_on=today):
        raise ConflictError("urged_today", _("今天已经催办过了，我们会尽快处理，请明天再试"))


def _record_rating(report: Report, line: ReportUpdate, payload: Payload, now: datetime) -> None:  # noqa: ARG001
    """Write the judgement of this closing; the unique round keeps a second one out."""
    try:
        Rating.objects.create(
            report=report,
            round=report.reopen_count,
            solved=bool(payload["solved"]),
            score=int(str(payload["score"])),
            comment=str(payload.get("comment") or ""),
            at=now,
        )
    except IntegrityError as error:  # ends the transaction: nothing of this action stays
        raise ConflictError("already_rated", _("您已经评价过了")) from error


def _record_nothing(report: Report, line: ReportUpdate, payload: Payload, now: datetime) -> None:
    """Leave it at the line: the office does the rest."""


_RECORDERS: Mapping[ResidentAction, Callable[[Report, ReportUpdate, Payload, datetime], None]] = {
    ResidentAction.SUPPLEMENT: _record_supplement,
    ResidentAction.WITHDRAW: _record_nothing,
    ResidentAction.URGE: _record_nothing,
    ResidentAction.RATE: _record_rating,
    ResidentAction.REOPEN: _record_nothing,
    ResidentAction.ASK_LEAD: _record_nothing,
}
_SPEAKING = frozenset({ResidentAction.SUPPLEMENT, ResidentAction.URGE, ResidentAction.ASK_LEAD})
_RESTRICTED = _SPEAKING
_DEFAULT_WORDS: Mapping[ResidentAction, object] = {
    ResidentAction.SUPPLEMENT: gettext_lazy("补充了照片"),
    ResidentAction.WITHDRAW: gettext_lazy("已撤回上报"),
    ResidentAction.URGE: gettext_lazy("催办一次"),
    ResidentAction.REOPEN: gettext_lazy("申请重新办理"),
    ResidentAction.ASK_LEAD: gettext_lazy("请值班领导复核"),
}
