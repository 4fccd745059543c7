"""``POST /photos``: one file a call, as ``wx.uploadFile`` sends it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import Presenter
from reports.api.base import ResidentView, check_length, resident_of
from reports.domain.consents import take_consent
from reports.domain.photos import store_photo
from reports.enums import ConsentKind
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.images import MAX_BYTES

# The file and the little that multipart wraps around it.
_MAX_BODY_BYTES = MAX_BYTES + 64 * 1024


class PhotoTooLargeError(InvalidInputError):
    """413: the file, or the body that would hold it, is beyond the limit."""

    status = 413


class PhotosView(ResidentView):
    """Upload photos."""

    parser_classes: Any = [MultiPartParser]
    throttle_scope = "photos"
    max_body = 10**18  # its own check names the photo

    @extend_schema(
        summary="上传照片",
        tags=["照片"],
        request={"multipart/form-data": schemas.PhotoUploadInput},
        responses={
            200: schemas.PhotoShape,
            201: schemas.PhotoShape,
            **schemas.errors(400, 401, 403, 413, 415, 429),
        },
        description="每次一个文件，字段名 file；JPG、PNG、WebP、HEIC，不超过 10 MB、5000 万像素。"
        "同一居民重复上传相同文件返回 200 和同一个编号。",
    )
    def post(self, request: Request) -> Response:
        """Keep the file; its renditions are drawn later."""
        resident, now = resident_of(request), timezone.now()
        file = single_file(request)
        take_consent(resident, ConsentKind.PHOTO, now=now)
        photo, created = store_photo(file, resident=resident, now=now)
        answer = Presenter(request, now=now).photo(photo)
        return Response(answer, status=201 if created else 200)


def single_file(request: Request) -> UploadedFile[Any]:
    """Return the one file in the field ``file``; refuse by length before reading it."""
    try:
        check_length(request, _MAX_BODY_BYTES)
    except RequestDataTooBig as error:
        raise _too_large() from error
    try:
        files = request.FILES.getlist("file")
    except ParseError as error:
        raise InvalidInputError("invalid_multipart", _("上传的数据不完整，请重试")) from error
    if len(files) > 1 or len(request.FILES) > 1:
        raise _wrong("photo_single", _("每次只能上传一张照片"))
    if not files:
        raise _wrong("photo_missing", _("请选择一张照片上传"))
    file: UploadedFile[Any] = files[0]
    if (file.size or 0) > MAX_BYTES:
        raise _too_large()
    return file


def _too_large() -> InvalidInputError:
    message = _("照片超过 10 MB，请重新选择")
    return PhotoTooLargeError.of_field("file", "photo_too_large", message)


def _wrong(code: str, message: str) -> InvalidInputError:
    return InvalidInputError.of_field("file", code, message)
