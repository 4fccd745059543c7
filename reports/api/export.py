"""``GET /me/export``: everything kept about a person, as a zip archive or as one JSON (PIPL article 45)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import Answer, Presenter, moment, resident_answer
from reports.api.base import ResidentView, resident_of
from reports.api.message_answers import message_answer, preference_line, subscription_line
from reports.api.privacy_answers import access_line, check_line, consent_line, own_photo
from reports.api.voice_answers import support_line, vote_line
from reports.api.volunteer_answers import (
    entry_answer,
    redemption_answer,
    signup_line,
    volunteer_line,
)
from reports.domain.volunteers import volunteer_of
from reports.models import ContentCheck, Photo, Resident
from reports.queries.consents import access_records, consent_history
from reports.queries.messages import messages_of, preferences, subscription_lines
from reports.queries.mine import my_records, record_of
from reports.queries.photo_links import LARGE, storage_key
from reports.queries.voices import supports_of, votes_of
from reports.queries.volunteers import ledger_of, redemptions_of, signups_of
from xiangcun.lib.zips import PIECE, Member, stream_zip

Rows = Iterable[Answer]
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One file ``<name>.json`` of the archive and one key of the JSON; ``title`` explains it.

    ``rows`` is read while it is sent: use ``iterator`` for what may be long.
    """

    name: str
    title: str
    rows: Callable[[Resident, Presenter], Rows]


def _reports(resident: Resident, show: Presenter) -> Rows:
    rows = my_records(resident).iterator(chunk_size=_CHUNK)
    return (show.record(record_of(row)) for row in rows)


def _consents(resident: Resident, _show: Presenter) -> Rows:
    rows = consent_history(resident).order_by("id")
    return (consent_line(row) for row in rows.iterator(chunk_size=_CHUNK))


def _access(resident: Resident, _show: Presenter) -> Rows:
    rows = access_records(resident).order_by("id")
    return (access_line(row) for row in rows.iterator(chunk_size=_CHUNK))


def _photos(resident: Resident, _show: Presenter) -> Rows:
    return (own_photo(photo, file=_file_name(photo)) for photo in _photos_of(resident))


def _messages(resident: Resident, _show: Presenter) -> Rows:
    rows = messages_of(resident.pk)
    return (message_answer(row) for row in rows.iterator(chunk_size=_CHUNK))


def _subscriptions(resident: Resident, _show: Presenter) -> Rows:
    rows = subscription_lines(resident.pk)
    return (subscription_line(row) for row in rows.iterator(chunk_size=_CHUNK))


def _preferences(resident: Resident, _show: Presenter) -> Rows:
    return (preference_line(row) for row in preferences([resident.pk]).values())


def _checks(resident: Resident, _show: Presenter) -> Rows:
    rows = ContentCheck.objects.filter(report__resident=resident).select_related("report")
    return (check_line(row) for row in rows.order_by("id").iterator(chunk_size=_CHUNK))


def _supports(resident: Resident, _show: Presenter) -> Rows:
    return (support_line(row) for row in supports_of(resident).iterator(chunk_size=_CHUNK))


def _votes(resident: Resident, _show: Presenter) -> Rows:
    return (vote_line(row) for row in votes_of(resident).iterator(chunk_size=_CHUNK))


def _volunteer(resident: Resident, _show: Presenter) -> Rows:
    volunteer = volunteer_of(resident)
    return [volunteer_line(volunteer)] if volunteer else []


def _points(resident: Resident, _show: Presenter) -> Rows:
    volunteer = volunteer_of(resident)
    rows = ledger_of(volunteer.pk).order_by("id") if volunteer else []
    return (entry_answer(row) for row in rows)


def _redemptions(resident: Resident, _show: Presenter) -> Rows:
    volunteer = volunteer_of(resident)
    rows = redemptions_of(volunteer.pk).order_by("id") if volunteer else []
    return (redemption_answer(row) for row in rows)


def _patrols(resident: Resident, _show: Presenter) -> Rows:
    volunteer = volunteer_of(resident)
    return (signup_line(row) for row in (signups_of(volunteer.pk) if volunteer else []))


EXPORT_PARTS: tuple[ExportPart, ...] = (
    ExportPart("reports", "我的上报、办理进展和评价", _reports),
    ExportPart("consents", "我的同意记录", _consents),
    ExportPart("access_log", "谁看过我的联系方式", _access),
    ExportPart("photo_details", "我上传的照片的说明", _photos),
    ExportPart("content_checks", "公开前的内容检查结果", _checks),
    ExportPart("messages", "我收到的消息", _messages),
    ExportPart("subscriptions", "我的微信订阅记录", _subscriptions),
    ExportPart("message_settings", "我的提醒方式", _preferences),
    ExportPart("topic_supports", "我支持的话题", _supports),
    ExportPart("poll_votes", "我参加过的投票（选了什么没有记录）", _votes),
    ExportPart("volunteer", "我的志愿者身份", _volunteer),
    ExportPart("points", "我的积分明细", _points),
    ExportPart("redemptions", "我的兑换", _redemptions),
    ExportPart("patrols", "我参加的巡查", _patrols),
)


class ExportView(ResidentView):
    """Everything kept about a person."""

    throttle_scope = "export"

    @extend_schema(
        summary="导出我的全部数据（默认 zip：数据加照片；format=json 只要数据）",
        tags=["居民"],
        parameters=[
            OpenApiParameter("format", str, enum=["json"], description="只要数据时填 json")
        ],
        responses={
            (200, "application/json"): schemas.ExportShape,
            (200, "application/zip"): OpenApiTypes.BINARY,
            **schemas.errors(401, 404, 429),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Send the archive piece by piece; of others nothing is in it."""
        resident, now = resident_of(request), timezone.now()
        show = Presenter(request, now=now)
        if request.query_params.get("format") == "json":
            return Response(_as_json(resident, show), headers={"Cache-Control": "no-store"})
        pieces = stream_zip(_members(resident, show), at=timezone.localtime(now))
        name = f"xiangcun-{timezone.localtime(now):%Y%m%d-%H%M}.zip"
        return StreamingHttpResponse(
            pieces,
            content_type="application/zip",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                # A proxy that collects the whole answer first would hold it in memory.
                "X-Accel-Buffering": "no",
            },
        )


def _as_json(resident: Resident, show: Presenter) -> Answer:
    return {
        "exported_at": moment(show.now),
        "resident": resident_answer(resident),
        "photos": [show.photo(photo) for photo in _photos_of(resident)],
        **{part.name: list(part.rows(resident, show)) for part in EXPORT_PARTS},
    }


def _members(resident: Resident, show: Presenter) -> Iterator[Member]:
    yield Member("说明.txt", [_read_me(show.now).encode()])
    profile = {"exported_at": moment(show.now), "resident": resident_answer(resident)}
    yield Member("profile.json", [_dump(profile)])
    for part in EXPORT_PARTS:
        yield Member(f"{part.name}.json", _json_list(part.rows(resident, show)))
    for photo in _photos_of(resident):
        name, key = _file_name(photo), storage_key(photo, LARGE)
        # A file that is lost must not end the archive of all others.
        if name and key and default_storage.exists(key):
            yield Member(name, _file_pieces(key), packed=False)


def _read_me(now: datetime) -> str:
    lines = [
        _("这是您在本服务里的全部个人数据，导出时间 %s。") % moment(now),
        _("profile.json：我的资料"),
        *(f"{part.name}.json：{part.title}" for part in EXPORT_PARTS),
        _("photos 文件夹：我上传的照片（已去掉拍摄信息；拍摄时间和位置在 photo_details.json 里）"),
        _("这些文件里有您的个人信息，请不要转发给别人。"),
    ]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _json_list(rows: Rows) -> Iterator[bytes]:
    """Yield a JSON array row by row."""
    before = b"[\n"
    for row in rows:
        yield before + _dump(row)
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()


def _file_pieces(key: str) -> Iterator[bytes]:
    with default_storage.open(key, "rb") as file:
        yield from file.chunks(PIECE)


def _photos_of(resident: Resident) -> Iterator[Photo]:
    rows = Photo.objects.filter(resident=resident).order_by("created_at", "id")
    return rows.iterator(chunk_size=_CHUNK)


def _file_name(photo: Photo) -> str | None:
    return f"photos/{photo.pk}.jpg" if storage_key(photo, LARGE) else None
