"""``/media/photos/<token>``: the bytes of a photo for whoever holds a signed link."""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.models import Photo
from reports.queries.photo_links import (
    ORIGINAL,
    BadLinkError,
    ExpiredLinkError,
    PhotoLink,
    read_link,
    storage_key,
)

_MAX_CACHE_SECONDS = 3600


@require_safe
def photo_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve one size; originals only to a signed-in member of the staff on top of the signature."""
    now = timezone.now()
    try:
        link = read_link(token, now=now)
    except ExpiredLinkError:
        return _text(_("照片链接已过期，请刷新页面"), status=410)
    except BadLinkError:
        return _text(_("没有找到这张照片"), status=404)
    if link.size == ORIGINAL and not _is_staff(request):
        return _text(_("没有权限查看原图"), status=403)
    photo = Photo.objects.filter(pk=link.photo_id).first()
    return _serve(photo, link, now=now)


def _serve(photo: Photo | None, link: PhotoLink, *, now: datetime) -> HttpResponseBase:
    key = storage_key(photo, link.size) if photo else None
    if photo is None or key is None:
        return _text(_("没有找到这张照片"), status=404)
    try:
        file = default_storage.open(key, "rb")
    except FileNotFoundError:
        return _text(_("没有找到这张照片"), status=404)
    original = link.size == ORIGINAL
    response = FileResponse(file, content_type=photo.mime if original else "image/jpeg")
    extension = key.rsplit(".", 1)[-1]
    response["Content-Disposition"] = f'inline; filename="{photo.pk}-{link.size}.{extension}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store" if original else _keep(link, now=now)
    return response


def _keep(link: PhotoLink, *, now: datetime) -> str:
    seconds = int((link.expires_at - now).total_seconds())
    return f"private, max-age={min(_MAX_CACHE_SECONDS, seconds)}, immutable"


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.is_staff)


def _text(message: str, *, status: int) -> HttpResponse:
    return HttpResponse(
        message,
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
