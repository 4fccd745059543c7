"""A report comes in: once per ``client_id``, whatever the network did to the request."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.drafts import Draft, hash_draft, place_of
from reports.domain.form_consents import Submitter, may_keep, note_form
from reports.domain.numbers import new_number, normalize_number
from reports.domain.originals import disown_photos
from reports.domain.photos import claim_photos
from reports.domain.publication import first_state
from reports.domain.repeats import RepeatedReportError, check_repeat
from reports.domain.senders import NOBODY, Sender, SenderBlockedError, check_sender
from reports.enums import (
    Channel,
    ConsentKind,
    Publication,
    PublicStatus,
    ReportKind,
    ResidentAction,
    ResidentRole,
    UpdateKind,
)
from reports.models import Category, Photo, Report, ReportPhoto, ReportUpdate, Resident
from reports.queries.categories import CategoryNode, category_tree
from reports.queries.mine import ReportRecord, TimelineEntry, read_record
from reports.queries.public import is_open_public_number
from reports.signals import report_submitted
from xiangcun.lib import bell
from xiangcun.lib.errors import ConflictError, InvalidInputError
from xiangcun.lib.geo import out_of_china, to_wgs84
from xiangcun.lib.rows import insert_pair, insert_row

FIRST_ACTIONS = (ResidentAction.SUPPLEMENT, ResidentAction.WITHDRAW)
CHECK_TASK = "reports.check_content"
_NUMBER_TRIES = 5
_RECEIVED = gettext_lazy("已收到您的上报，我们会尽快转给负责的单位。")
_FIRST_WORDS = {
    ReportKind.OPINION: gettext_lazy("已收到您的意见建议，我们会在 15 个工作日内答复您。"),
    ReportKind.CONSULTATION: gettext_lazy("已收到您的咨询，我们会在 15 个工作日内答复您。"),
    ReportKind.PRAISE: gettext_lazy("谢谢您的表扬，我们会转告有关单位。"),
}


@dataclass(frozen=True, slots=True)
class Submission:
    """The outcome of :func:`submit_report`; ``created`` is false for a repeated request."""

    record: ReportRecord
    created: bool


def submit_report(
    resident: Resident,
    draft: Draft,
    *,
    now: datetime,
    channel: Channel | None = None,
    agreed: frozenset[ConsentKind] = frozenset(),
    sender: Sender = NOBODY,
    repeat_ok: bool = True,
) -> Submission:
    """Accept a report, or recognise one that was accepted before.

    ``agreed`` are the consents ticked on this form; what its sender may not leave is not kept.

    The insert comes first and the unique constraint on (resident, client_id) decides, so two
    retries at the same moment cannot both win. The same ``client_id`` with another body raises
    ``ConflictError`` ``idempotency_conflict``. A repeated request is answered even when its
    category or photo could not be used any more. Other errors are 400s of a field.

    A restricted ``sender`` is refused (``sender_blocked``), and unless ``repeat_ok`` so is what the
    same person or device has said within a day (``repeated_report``): neither when the words tell of
    danger.
    """
    submitter = Submitter(resident, agreed)
    body_hash, kept = hash_draft(draft), may_keep(draft, submitter)
    try:
        for _attempt in range(_NUMBER_TRIES):
            try:
                report = _check(submitter, kept, sender, now=now, repeat_ok=repeat_ok)
                report.body_hash = body_hash
                report.channel = channel or _channel_of(resident, kept)
                record = _insert(report, kept, submitter, now=now)
            except IntegrityError:
                # Either this client_id is here already or, once in a billion, the number is.
                earlier = _find_earlier(submitter, draft.client_id)
                if earlier is not None:
                    return _repeat(earlier, body_hash)
            else:
                note_form(submitter, kept, now=now, channel=record.report.channel)
                return Submission(record, created=True)
    except (InvalidInputError, SenderBlockedError, RepeatedReportError):
        earlier = _find_earlier(submitter, draft.client_id)
        if earlier is None:
            raise
        return _repeat(earlier, body_hash)
    raise ConflictError("number_taken", _("系统繁忙，请稍后重试"))


def _find_earlier(submitter: Submitter, client_id: uuid.UUID) -> Report | None:
    return Report.objects.filter(resident=submitter.owner, client_id=client_id).first()


def _repeat(earlier: Report, body_hash: str) -> Submission:
    if earlier.body_hash != body_hash:
        raise ConflictError(
            "idempotency_conflict", _("同一编号的上报内容不一致，请返回重新填写后再提交")
        )
    return Submission(read_record(earlier), created=False)


def _check(
    submitter: Submitter, draft: Draft, sender: Sender, *, now: datetime, repeat_ok: bool
) -> Report:
    """Return the row that is to be written, or raise why it may not be."""
    restricted = check_sender(submitter.resident, sender, text=draft.text, now=now)
    category = _check_category(draft)
    join = _check_join(draft)
    report = build_report(submitter.owner, draft, category, now=now)
    report.join_number = join
    if report.resident is not None:  # who is not to be remembered leaves no digest either
        report.sender_device, report.sender_address = sender.device, sender.address
    report.sender_restricted = restricted
    if not (repeat_ok or join):
        check_repeat(submitter.resident, report, now=now)
    return report


def _insert(report: Report, draft: Draft, submitter: Submitter, *, now: datetime) -> ReportRecord:
    """Write the report, its photos and the first line of its timeline; all of it or nothing."""
    first = ReportUpdate(
        at=now,
        kind=UpdateKind.SUBMITTED,
        status=PublicStatus.RECEIVED,
        text=str(_FIRST_WORDS.get(draft.kind, _RECEIVED)),
    )
    photos = _write(report, first, draft.photos, submitter, now=now)
    transaction.on_commit(partial(announce_report, report.pk))
    if report.publication == Publication.PENDING:  # the platform wants to be asked within two hours
        bell.ring_on_commit(CHECK_TASK, report.pk)
    return ReportRecord(report, photos, [TimelineEntry(first, [])], [])


def _write(
    report: Report,
    first: ReportUpdate,
    ids: tuple[uuid.UUID, ...],
    submitter: Submitter,
    *,
    now: datetime,
) -> list[Photo]:
    """Insert everything or nothing; without photos the pair needs no transaction around it."""
    if not ids:
        insert_pair(report, first, link="report")
        return []
    with transaction.atomic():
        insert_row(report)
        first.report = report
        insert_row(first)
        return _attach_photos(report, ids, submitter, now=now)


def announce_report(report_id: int) -> None:
    """Tell the office; the report is committed, so a receiver that fails must not fail the answer."""
    report_submitted.send_robust(sender=Report, report_id=report_id)


def build_report(
    resident: Resident | None, draft: Draft, category: CategoryNode | None, *, now: datetime
) -> Report:
    """Return the unsaved row of ``draft``, its place in WGS-84; a place far away raises 400."""
    place = place_of(draft)
    raw_lat, raw_lng = place.lat or 0.0, place.lng or 0.0  # place_of has filled them
    lat, lng = to_wgs84(raw_lat, raw_lng, place.coord_type)
    if out_of_china(raw_lat, raw_lng) or out_of_china(lat, lng):
        raise InvalidInputError.of_field(
            "location", "location_out_of_range", _("位置不在服务范围内，请重新选择地点")
        )
    return Report(
        number=new_number(now=now),
        resident=resident,
        client_id=draft.client_id,
        kind=draft.kind,
        text=draft.text,
        anonymous=draft.anonymous,
        urgent=draft.urgent,
        contact_phone=draft.contact_phone,
        # A stand-in from the kept tree: the answer names the category without reading it again.
        chosen_category=Category(pk=category.id, code=category.code, name=category.name)
        if category
        else None,
        lat=lat,
        lng=lng,
        raw_lat=raw_lat,
        raw_lng=raw_lng,
        coord_type=place.coord_type,
        accuracy_m=place.accuracy,
        location_source=place.source,
        address=place.address,
        submitted_at=now,
        updated_at=now,
        public_status=PublicStatus.RECEIVED,
        publication=first_state(
            draft.text, kind=draft.kind, resident=resident, anonymous=draft.anonymous
        ),
        allowed_actions=[str(action) for action in FIRST_ACTIONS],
    )


def _channel_of(resident: Resident, draft: Draft) -> Channel:
    """Grid officers have a channel of their own, which would name them where they are anonymous."""
    named = resident.role == ResidentRole.GRID and not draft.anonymous
    return Channel.GRID if named else Channel.MINIPROGRAM


def _check_category(draft: Draft) -> CategoryNode | None:
    """Resolve the chosen leaf; a problem of a category that asks for a photo needs one."""
    if not draft.category:
        return None
    category = category_tree().leaf(draft.category)
    if category is None:
        raise InvalidInputError.of_field(
            "category", "category_unknown", _("所选分类不存在或已停用，请重新选择")
        )
    if category.photo_required and draft.kind == ReportKind.PROBLEM and not draft.photos:
        raise InvalidInputError.of_field(
            "photos", "photo_required", _("这类问题需要至少一张现场照片")
        )
    return category


def _check_join(draft: Draft) -> str:
    """Return the number of the public open case the resident also met, "" when there is none."""
    if not draft.join:
        return ""
    number = normalize_number(draft.join)
    if not is_open_public_number(number):
        raise InvalidInputError.of_field(
            "join", "join_not_found", _("没有找到这件公开的事项，或它已经办结")
        )
    return number


def _attach_photos(
    report: Report, ids: tuple[uuid.UUID, ...], submitter: Submitter, *, now: datetime
) -> list[Photo]:
    """Claim the photos and link them in the resident's order; return their rows.

    With a report that is nobody's the photos become nobody's, and lose what their originals tell.
    """
    claim_photos(ids, resident=submitter.resident, now=now)
    ReportPhoto.objects.bulk_create(
        ReportPhoto(report=report, photo_id=photo_id, order=order)
        for order, photo_id in enumerate(ids)
    )
    if submitter.owner is None:
        disown_photos(Photo.objects.filter(pk__in=ids), now=now)
    rows = Photo.objects.in_bulk(ids)
    return [rows[photo_id] for photo_id in ids]
