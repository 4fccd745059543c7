"""A report comes in: once per ``client_id``, whatever the network did to the request."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reports.domain.form_consents import Sender, may_keep, note_form
from reports.domain.numbers import new_number, normalize_number
from reports.domain.originals import disown_photos
from reports.domain.photos import claim_photos
from reports.domain.publication import first_state
from reports.enums import (
    Channel,
    ConsentKind,
    LocationSource,
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
from xiangcun.lib.geo import CoordType, out_of_china, to_wgs84
from xiangcun.lib.rows import insert_pair, insert_row

FIRST_ACTIONS = (ResidentAction.SUPPLEMENT, ResidentAction.WITHDRAW)
CHECK_TASK = "reports.check_content"
_NUMBER_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as the client sent it: degrees in ``coord_type``, ``accuracy`` in metres."""

    lat: float
    lng: float
    coord_type: CoordType
    source: LocationSource
    accuracy: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a resident sends, already of the right types, lengths and characters."""

    client_id: uuid.UUID
    kind: ReportKind
    text: str
    location: Location
    category: str = ""
    photos: tuple[uuid.UUID, ...] = ()
    anonymous: bool = False
    contact_phone: str = ""
    join: str = ""
    urgent: bool = False


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
) -> Submission:
    """Accept a report, or recognise one that was accepted before.

    ``agreed`` are the consents ticked on this form; what its sender may not leave is not kept.

    The insert comes first and the unique constraint on (resident, client_id) decides, so two
    retries at the same moment cannot both win. The same ``client_id`` with another body raises
    ``ConflictError`` ``idempotency_conflict``. A repeated request is answered even when its
    category or photo could not be used any more. Other errors are 400s of a field.
    """
    sender = Sender(resident, agreed)
    body_hash, kept = hash_draft(draft), may_keep(draft, sender)
    try:
        for _attempt in range(_NUMBER_TRIES):
            try:
                record = _insert(sender, kept, body_hash, now=now, channel=channel)
            except IntegrityError:
                # Either this client_id is here already or, once in a billion, the number is.
                earlier = _find_earlier(sender, draft.client_id)
                if earlier is not None:
                    return _repeat(earlier, body_hash)
            else:
                note_form(sender, kept, now=now, channel=record.report.channel)
                return Submission(record, created=True)
    except InvalidInputError:
        earlier = _find_earlier(sender, draft.client_id)
        if earlier is None:
            raise
        return _repeat(earlier, body_hash)
    raise ConflictError("number_taken", _("系统繁忙，请稍后重试"))


def hash_draft(draft: Draft) -> str:
    """Return the fingerprint of a draft's meaning: equal for the same body in another spelling."""
    content = {**_content(draft), "location": _content(draft.location)}
    if not draft.urgent:
        del content["urgent"]  # bodies accepted before the field existed keep their fingerprint
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    if draft.contact_phone:
        # Eleven digits could be guessed from a plain digest beside the rest of the body.
        return salted_hmac("reports.body", canonical, algorithm="sha256").hexdigest()
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content(record: Draft | Location) -> dict[str, object]:
    """Return fields and values; ``dataclasses.asdict`` would copy every one of them deeply."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _find_earlier(sender: Sender, client_id: uuid.UUID) -> Report | None:
    return Report.objects.filter(resident=sender.owner, client_id=client_id).first()


def _repeat(earlier: Report, body_hash: str) -> Submission:
    if earlier.body_hash != body_hash:
        raise ConflictError(
            "idempotency_conflict", _("同一编号的上报内容不一致，请返回重新填写后再提交")
        )
    return Submission(read_record(earlier), created=False)


def _insert(
    sender: Sender, draft: Draft, body_hash: str, *, now: datetime, channel: Channel | None
) -> ReportRecord:
    """Write the report, its photos and the first line of its timeline; all of it or nothing."""
    category = _check_category(draft)
    join = _check_join(draft)
    report = build_report(sender.owner, draft, category, now=now)
    report.body_hash = body_hash
    report.join_number = join
    report.channel = channel or _channel_of(sender.resident, draft)
    first = ReportUpdate(
        at=now,
        kind=UpdateKind.SUBMITTED,
        status=PublicStatus.RECEIVED,
        text=_("已收到您的上报，我们会尽快研判并转给责任单位。"),
    )
    photos = _write(report, first, draft.photos, sender, now=now)
    transaction.on_commit(partial(announce_report, report.pk))
    if report.publication == Publication.PENDING:  # the platform wants to be asked within two hours
        bell.ring_on_commit(CHECK_TASK, report.pk)
    return ReportRecord(report, photos, [TimelineEntry(first, [])], [])


def _write(
    report: Report,
    first: ReportUpdate,
    ids: tuple[uuid.UUID, ...],
    sender: Sender,
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
        return _attach_photos(report, ids, sender, now=now)


def announce_report(report_id: int) -> None:
    """Tell the office; the report is committed, so a receiver that fails must not fail the answer."""
    report_submitted.send_robust(sender=Report, report_id=report_id)


def build_report(
    resident: Resident | None, draft: Draft, category: CategoryNode | None, *, now: datetime
) -> Report:
    """Return the unsaved row of ``draft``, its place in WGS-84; a place far away raises 400."""
    place = draft.location
    lat, lng = to_wgs84(place.lat, place.lng, place.coord_type)
    if out_of_china(place.lat, place.lng) or out_of_china(lat, lng):
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
        raw_lat=place.lat,
        raw_lng=place.lng,
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
    report: Report, ids: tuple[uuid.UUID, ...], sender: Sender, *, now: datetime
) -> list[Photo]:
    """Claim the photos and link them in the resident's order; return their rows.

    With a report that is nobody's the photos become nobody's, and lose what their originals tell.
    """
    claim_photos(ids, resident=sender.resident, now=now)
    ReportPhoto.objects.bulk_create(
        ReportPhoto(report=report, photo_id=photo_id, order=order)
        for order, photo_id in enumerate(ids)
    )
    if sender.owner is None:
        disown_photos(Photo.objects.filter(pk__in=ids), now=now)
    rows = Photo.objects.in_bulk(ids)
    return [rows[photo_id] for photo_id in ids]
