"""A report comes in: once per ``client_id``, whatever the network did to the request."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.danger import tells_danger
from reports.domain.numbers import new_number, normalize_number
from reports.domain.photos import claim_photos
from reports.domain.senders import NOBODY, Sender, SenderBlockedError, check_sender
from reports.enums import (
    LETTERS,
    Channel,
    LocationSource,
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
from reports.queries.repeats import repeated_report
from reports.queries.township import MIN_RADIUS_M, township_circle
from reports.signals import report_submitted
from xiangcun.lib.errors import ConflictError, InvalidInputError
from xiangcun.lib.geo import CoordType, out_of_china, to_wgs84
from xiangcun.lib.rows import insert_pair, insert_row

FIRST_ACTIONS = (ResidentAction.SUPPLEMENT, ResidentAction.WITHDRAW)
TOWNSHIP_ZONE = ZoneInfo("Asia/Shanghai")
_NUMBER_TRIES = 5
_RECEIVED = gettext_lazy("已收到您的上报，我们会尽快研判并转给责任单位。")
_FIRST_WORDS = {
    ReportKind.OPINION: gettext_lazy("已收到您的意见建议，我们会在 15 个工作日内答复您。"),
    ReportKind.CONSULTATION: gettext_lazy("已收到您的咨询，我们会在 15 个工作日内答复您。"),
    ReportKind.PRAISE: gettext_lazy("谢谢您的表扬，我们会转告有关单位。"),
}


class RepeatedReportError(ConflictError):
    """409 ``repeated_report``: ``details`` name the earlier report, where it is the sender's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as the client sent it: degrees in ``coord_type``, ``accuracy`` in metres.

    Without ``lat`` and ``lng`` it is known by its ``address`` only (``source`` is ``TEXT``).
    """

    lat: float | None
    lng: float | None
    coord_type: CoordType
    source: LocationSource
    accuracy: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a resident sends, already of the right types, lengths and characters.

    A letter may have no ``location`` at all.
    """

    client_id: uuid.UUID
    kind: ReportKind
    text: str
    location: Location | None
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
    sender: Sender = NOBODY,
    repeat_ok: bool = True,
) -> Submission:
    """Accept a report, or recognise one that was accepted before.

    The insert comes first and the unique constraint on (resident, client_id) decides, so two
    retries at the same moment cannot both win. The same ``client_id`` with another body raises
    ``ConflictError`` ``idempotency_conflict``. A repeated request is answered even when its
    category or photo could not be used any more. Other errors are 400s of a field.

    A restricted ``sender`` is refused (``sender_blocked``), and unless ``repeat_ok`` so is what the
    same person or device has said within a day (``repeated_report``): neither when the words tell of
    danger.
    """
    body_hash = hash_draft(draft)
    try:
        for _attempt in range(_NUMBER_TRIES):
            try:
                report = _check(resident, draft, sender, now=now, repeat_ok=repeat_ok)
                report.body_hash = body_hash
                report.channel = channel or _channel_of(resident)
                record = _insert(report, draft, now=now)
            except IntegrityError:
                # Either this client_id is here already or, once in a billion, the number is.
                earlier = _find_earlier(resident, draft.client_id)
                if earlier is not None:
                    return _repeat(earlier, body_hash)
            else:
                return Submission(record, created=True)
    except (InvalidInputError, SenderBlockedError, RepeatedReportError):
        earlier = _find_earlier(resident, draft.client_id)
        if earlier is None:
            raise
        return _repeat(earlier, body_hash)
    raise ConflictError("number_taken", _("系统繁忙，请稍后重试"))


def hash_draft(draft: Draft) -> str:
    """Return the fingerprint of a draft's meaning: equal for the same body in another spelling."""
    place = _content(draft.location) if draft.location else None
    content = {**_content(draft), "location": place}
    if not draft.urgent:
        del content["urgent"]  # bodies accepted before the field existed keep their fingerprint
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content(record: Draft | Location) -> dict[str, object]:
    """Return fields and values; ``dataclasses.asdict`` would copy every one of them deeply."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _find_earlier(resident: Resident, client_id: uuid.UUID) -> Report | None:
    return Report.objects.filter(resident=resident, client_id=client_id).first()


def _repeat(earlier: Report, body_hash: str) -> Submission:
    if earlier.body_hash != body_hash:
        raise ConflictError(
            "idempotency_conflict", _("同一编号的上报内容不一致，请返回重新填写后再提交")
        )
    return Submission(read_record(earlier), created=False)


def _check(
    resident: Resident, draft: Draft, sender: Sender, *, now: datetime, repeat_ok: bool
) -> Report:
    """Return the row that is to be written, or raise why it may not be."""
    restricted = check_sender(resident, sender, text=draft.text, now=now)
    category = _check_category(draft)
    join = _check_join(draft)
    report = build_report(resident, draft, category, now=now)
    report.join_number = join
    report.sender_device, report.sender_address = sender.device, sender.address
    report.sender_restricted = restricted
    if not (repeat_ok or join):
        _check_repeat(resident, report, now=now)
    return report


def _check_repeat(resident: Resident, report: Report, *, now: datetime) -> None:
    earlier = repeated_report(
        resident,
        client_id=uuid.UUID(str(report.client_id)),
        text=report.text,
        point=(report.lat, report.lng),
        device=report.sender_device,
        now=now,
    )
    if earlier is not None and not tells_danger(report.text):
        raise _repeated(earlier, own=earlier.resident_id == resident.pk)


def _repeated(earlier: Report, *, own: bool) -> RepeatedReportError:
    """Name the earlier report to the person who sent it; another account of the phone learns no number."""
    status = PublicStatus(earlier.public_status)
    if not own:
        return RepeatedReportError(
            "repeated_report",
            _("这部手机一天内已经上报过相同的内容。如确是另一件事，请选择“仍要上报”。"),
            details={"number": None, "status": None, "submitted_at": None, "allowed_actions": []},
        )
    local = earlier.submitted_at.astimezone(TOWNSHIP_ZONE)
    message = _(
        "您在 %(at)s 已经上报过相同的内容（%(number)s，%(status)s），可以在那件上报里补充或催办；"
        "如确是另一件事，请选择“仍要上报”。"
    ) % {"at": f"{local:%m-%d %H:%M}", "number": earlier.number, "status": status.label}
    details = {
        "number": earlier.number,
        "status": {"code": status.value, "label": str(status.label)},
        "submitted_at": local.isoformat(timespec="seconds"),
        "allowed_actions": list(earlier.allowed_actions),
    }
    return RepeatedReportError("repeated_report", message, details=details)


def _insert(report: Report, draft: Draft, *, now: datetime) -> ReportRecord:
    """Write the report, its photos and the first line of its timeline; all of it or nothing."""
    first = ReportUpdate(
        at=now,
        kind=UpdateKind.SUBMITTED,
        status=PublicStatus.RECEIVED,
        text=str(_FIRST_WORDS.get(draft.kind, _RECEIVED)),
    )
    photos = _write(report, first, draft.photos, now=now)
    transaction.on_commit(partial(announce_report, report.pk))
    return ReportRecord(report, photos, [TimelineEntry(first, [])], [])


def _write(
    report: Report, first: ReportUpdate, ids: tuple[uuid.UUID, ...], *, now: datetime
) -> list[Photo]:
    """Insert everything or nothing; without photos the pair needs no transaction around it."""
    if not ids:
        insert_pair(report, first, link="report")
        return []
    with transaction.atomic():
        insert_row(report)
        first.report = report
        insert_row(first)
        return _attach_photos(report, ids, now=now)


def announce_report(report_id: int) -> None:
    """Tell the office; the report is committed, so a receiver that fails must not fail the answer."""
    report_submitted.send_robust(sender=Report, report_id=report_id)


def build_report(
    resident: Resident | None, draft: Draft, category: CategoryNode | None, *, now: datetime
) -> Report:
    """Return the unsaved row of ``draft``, its place in WGS-84; a place far away raises 400."""
    place = _place_of(draft)
    raw_lat, raw_lng = place.lat or 0.0, place.lng or 0.0  # _place_of has filled them
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
        allowed_actions=[str(action) for action in FIRST_ACTIONS],
    )


def _place_of(draft: Draft) -> Location:
    """Return a place with a point: one known by words only is somewhere in the township."""
    place = draft.location or Location(
        lat=None, lng=None, coord_type=CoordType.WGS84, source=LocationSource.TEXT
    )
    if place.lat is not None and place.lng is not None:
        return place
    if draft.kind not in LETTERS and not place.address:
        raise InvalidInputError.of_field(
            "location.address", "address_required", _("请在地图上选择地点，或写明在哪里")
        )
    circle = township_circle()
    if circle is None:
        raise InvalidInputError.of_field(
            "location", "location_required", _("请允许定位，或在地图上选择地点")
        )
    return replace(
        place,
        lat=circle.lat,
        lng=circle.lng,
        coord_type=CoordType.WGS84,
        source=LocationSource.TEXT,
        accuracy=circle.radius_m,
    )


def is_placed(report: Report) -> bool:
    """Whether the report's point means a place; else it is but the middle of the township."""
    by_words = report.location_source == LocationSource.TEXT
    return not (by_words and (report.accuracy_m or 0.0) >= MIN_RADIUS_M)


def _channel_of(resident: Resident) -> Channel:
    return Channel.GRID if resident.role == ResidentRole.GRID else Channel.MINIPROGRAM


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


def _attach_photos(report: Report, ids: tuple[uuid.UUID, ...], *, now: datetime) -> list[Photo]:
    """Claim the photos and link them in the resident's order; return their rows."""
    claim_photos(ids, resident=report.resident, now=now)
    ReportPhoto.objects.bulk_create(
        ReportPhoto(report=report, photo_id=photo_id, order=order)
        for order, photo_id in enumerate(ids)
    )
    rows = Photo.objects.in_bulk(ids)
    return [rows[photo_id] for photo_id in ids]
